import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PacketSizeGuard } from './packetSizeGuard.ts';

/** A packet of any type with a body of this length. */
function packetOf(length: number): Buffer {
  const head = [0x30];
  for (let left = length; ; left >>= 7) {
    head.push((left & 127) | (left > 127 ? 128 : 0));
    if (left <= 127) break;
  }
  return Buffer.concat([Buffer.from(head), Buffer.alloc(length, 0xff)]);
}

const LIMIT = 1000;
const aSize = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 100, max: 300 }), fc.constant(LIMIT));

describe('the packet size guard', () => {
  it('lets packets up to the limit pass, however they are cut, and stops at the first longer one', () => {
    fc.assert(
      fc.property(fc.array(aSize, { maxLength: 8 }), fc.integer({ min: 1, max: 400 }), (sizes, step) => {
        const guard = new PacketSizeGuard();
        const bytes = Buffer.concat([...sizes.map(packetOf)]);
        for (let at = 0; at < bytes.length; at += step) {
          expect(guard.accepts(bytes.subarray(at, at + step), LIMIT)).toBe(true);
        }
        // Only the announcement is needed, not the bytes themselves.
        expect(guard.accepts(packetOf(LIMIT + 1).subarray(0, 3), LIMIT)).toBe(false);
      }),
    );
  });

  it('takes no length of more than four bytes', () => {
    expect(new PacketSizeGuard().accepts(Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80, 0x01]), LIMIT)).toBe(false);
  });
});
