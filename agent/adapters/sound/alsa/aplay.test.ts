import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deviceFault } from './alsaStream.ts';
import { type AplayNote, AplayReport } from './aplayReport.ts';
import { RingPosition } from './ringPosition.ts';

const SAID = [
  "Playing raw data 'stdin' : Signed 16 bit Little Endian, Rate 48000 Hz, Mono\nIts setup is:\n  stream       : PLAYBACK\n",
  '  buffer_size  : 9600\n  period_size  : 960\n',
  'Max peak (960 samples): 0x00000000 #                    0%\n',
  'Max peak (480 samples): 0x00000712 ###                  5%\n',
  'underrun!!! (at least 12.345 ms long)\n',
].join('');

describe('the words of aplay', () => {
  it('are understood however they are cut into pieces', () => {
    const notes: AplayNote[] = [
      { kind: 'setup', bufferFrames: 9600 },
      { kind: 'accepted', samples: 960 },
      { kind: 'accepted', samples: 480 },
      { kind: 'underrun' },
    ];
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: SAID.length })), (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), SAID.length];
        const report = new AplayReport();
        const found = at.slice(1).flatMap((end, i) => report.read(SAID.slice(at[i], end)));
        expect(found).toEqual(notes);
      }),
    );
  });

  it('tell why a device cannot be used, and what to do', () => {
    const report = new AplayReport();
    report.read('ALSA lib pcm.c:2666:(snd_pcm_open_noupdate) Unknown PCM x\naplay: main:831: audio open error: ');
    report.read('Device or resource busy\n');
    report.end();
    expect(deviceFault('hw:0', report.complaint, false)).toMatchObject({ code: 'sinkBusy' });
    expect(deviceFault('hw:0', 'aplay: main:831: audio open error: Permission denied', false).code).toBe('sinkDenied');
    expect(deviceFault('hw:0', 'aplay: main:831: audio open error: No such file', false).code).toBe('sinkMissing');
    expect(deviceFault('hw:0', '', true)).toMatchObject({
      code: 'sinkLost',
      message: expect.stringContaining('plugged'),
    });
  });
});

describe('the position from the ring', () => {
  it('is that of the most prompt note, and counts only what left the ring', () => {
    const ring = new RingPosition(9600);
    for (let i = 0; i < 10; i += 1) ring.accepted(960, 100);
    expect([ring.sounded(), ring.best(100)]).toEqual([0, null]);
    ring.accepted(960, 127);
    ring.accepted(960, 140.2);
    ring.accepted(960, 171);
    expect(ring.sounded()).toBe(3 * 960);
    expect(ring.best(171)).toMatchObject({ at: 140.2, sample: 1920 });
    ring.emptied(200, 13 * 960);
    expect(ring.sounded()).toBe(13 * 960);
    expect(ring.best(200)).toMatchObject({ at: 200, sample: 13 * 960, uncertaintyMs: 100 });
  });
});
