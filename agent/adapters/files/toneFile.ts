import { writeFile } from 'node:fs/promises';
import type { ToneMaker } from '../../ports/tone.ts';

const RATE = 48_000;
const HERTZ = 1_000;
/** -20 dB below full scale: the level to which technicians set their meters (EBU R 68 has -18). */
const AMPLITUDE = 32_767 * 10 ** (-20 / 20);
/** Rise and fall, so that the loudspeaker does not click. */
const RAMP = RATE / 50;

/** A sine of 1 kHz as a WAV file, mono, 16 bit, 48 kHz. */
export const writeTone: ToneMaker = async (path, seconds) => {
  const samples = Math.round(seconds * RATE);
  const file = Buffer.alloc(44 + samples * 2);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(36 + samples * 2, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(RATE, 24);
  file.writeUInt32LE(RATE * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(samples * 2, 40);
  for (let i = 0; i < samples; i += 1) {
    const ramp = Math.min(1, i / RAMP, (samples - i) / RAMP);
    file.writeInt16LE(Math.round(AMPLITUDE * ramp * Math.sin((2 * Math.PI * HERTZ * i) / RATE)), 44 + i * 2);
  }
  await writeFile(path, file, { mode: 0o600 });
};
