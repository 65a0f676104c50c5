import process from 'node:process';
import { FfmpegClipDecoder } from './adapters/sound/clipDecoder.ts';
import { resolveFfmpegPath } from './adapters/sound/ffmpegPath.ts';
import { openSinkSpec } from './adapters/sound/openSinkSpec.ts';
import { SystemSoundClock } from './adapters/sound/systemClock.ts';
import { WarmPlayer } from './loop/player.ts';
import type { Player } from './ports/player.ts';
import type { SoundLog } from './ports/sound.ts';

/**
 * The box's player on the system's clock and ffmpeg. The sound device is opened when the first item needs it.
 * @param sink `alsa:DEVICE`, `pulse`, `pulse:SINKNAME`, `file:PATH.wav` or `null`
 * @throws SinkFault for another sink; Error when there is no ffmpeg
 */
export function openPlayer(sink: string, log: SoundLog): Player {
  const clock = new SystemSoundClock();
  const env = process.env;
  return new WarmPlayer({
    sink: openSinkSpec(sink, { clock, log, env, uid: process.getuid?.() ?? 0 }),
    decoder: new FfmpegClipDecoder(resolveFfmpegPath(env, log)),
    clock,
    log,
  });
}
