import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PacketFilter } from './packetFilter.ts';

/** A publication as MQTT 3.1.1 writes it. */
function publish(topic: string, id: number, payload: Buffer, qos: 0 | 1): Buffer {
  const name = Buffer.from(topic);
  const body = Buffer.concat([
    Buffer.from([name.length >> 8, name.length & 255]),
    name,
    ...(qos === 1 ? [Buffer.from([id >> 8, id & 255])] : []),
    payload,
  ]);
  const length: number[] = [];
  let left = body.length;
  do {
    const digit = left % 128;
    left = Math.floor(left / 128);
    length.push(left > 0 ? digit | 0x80 : digit);
  } while (left > 0);
  return Buffer.concat([Buffer.from([0x30 | (qos << 1), ...length]), body]);
}

const packets = fc.array(
  fc.record({
    topic: fc.stringMatching(/^[a-z/]{1,40}$/),
    id: fc.integer({ min: 1, max: 65_535 }),
    bytes: fc.oneof(fc.nat(60), fc.integer({ min: 90, max: 40_000 })),
    qos: fc.constantFrom(0 as const, 1 as const),
  }),
  { maxLength: 8 },
);

describe('the packet filter', () => {
  it('passes small packets byte for byte, drops large ones, and acknowledges those, however the stream is cut', () => {
    fc.assert(
      fc.property(packets, fc.integer({ min: 1, max: 5_000 }), (list, cut) => {
        const made = list.map(({ topic, id, bytes, qos }) => ({
          topic,
          id,
          qos,
          packet: publish(topic, id, Buffer.alloc(bytes, 5), qos),
          large: bytes + topic.length + 2 + (qos === 1 ? 2 : 0) > 120,
        }));
        const stream = Buffer.concat(made.map(({ packet }) => packet));
        const filter = new PacketFilter(120);
        const passed: Buffer[] = [];
        const dropped: { topic: string; acknowledgement: Buffer | null }[] = [];
        for (let at = 0; at < stream.length; at += cut) {
          const result = filter.push(stream.subarray(at, at + cut));
          passed.push(...result.pass);
          dropped.push(...result.dropped);
        }
        const small = Buffer.concat(made.filter(({ large }) => !large).map(({ packet }) => packet));
        expect(Buffer.concat(passed).equals(small)).toBe(true);
        expect(dropped.map(({ topic, acknowledgement }) => [topic, acknowledgement?.toString('hex') ?? null])).toEqual(
          made
            .filter(({ large }) => large)
            .map(({ topic, id, qos }) => [topic, qos === 1 ? `4002${id.toString(16).padStart(4, '0')}` : null]),
        );
      }),
      { numRuns: 200 },
    );
  });

  it('lets the parser see a length that is no MQTT', () => {
    const broken = Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0xff]);
    expect(Buffer.concat(new PacketFilter(10_000).push(broken.subarray(0, 4)).pass)).toHaveLength(0);
    const filter = new PacketFilter(2 ** 40);
    expect(Buffer.concat(filter.push(broken).pass).subarray(0, 5)).toEqual(broken.subarray(0, 5));
  });
});
