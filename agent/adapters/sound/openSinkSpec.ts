import type { SoundClock, SoundLog, SoundSink } from '../../ports/sound.ts';
import { SinkFault } from '../../ports/sound.ts';
import { AlsaSink } from './alsa/alsaSink.ts';
import { PulseSink } from './pulse/pulseSink.ts';
import { RecordingSink } from './recordingSink.ts';
import { FileSink } from './virtual/fileSink.ts';
import { NullSink } from './virtual/nullSink.ts';

export interface SinkDeps {
  readonly clock: SoundClock;
  readonly log: SoundLog;
  /** Where the sound server and ALSA's settings are looked up. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user that the agent runs as. */
  readonly uid: number;
}

const VALID =
  'valid are alsa:DEVICE (a name from aplay -L, such as alsa:plughw:0,0), pulse, pulse:SINKNAME, file:PATH.wav, null, and SINK+file:PATH.wav to play and record';

/**
 * The sink that an operator asked for; the device itself is opened later, by `open()`.
 * @param spec `alsa:DEVICE`, `pulse`, `pulse:SINKNAME`, `file:PATH.wav` or `null`
 * @throws SinkFault for anything else, with the list of what is valid
 */
export function openSinkSpec(spec: string, deps: SinkDeps): SoundSink {
  const taped = /^(.+)\+(file:.+)$/.exec(spec);
  if (taped?.[1] && taped[2]) {
    return new RecordingSink(openSinkSpec(taped[1], deps), openSinkSpec(taped[2], deps), deps.log);
  }
  const colon = spec.indexOf(':');
  const kind = colon < 0 ? spec : spec.slice(0, colon);
  const rest = colon < 0 ? null : spec.slice(colon + 1);
  if (kind === 'null' && rest === null) return new NullSink(deps.clock);
  if (kind === 'pulse' && rest !== '') return new PulseSink(rest, deps);
  if (kind === 'alsa' && rest) return new AlsaSink(rest, deps);
  if (kind === 'file' && rest && /.\.wav$/i.test(rest)) return new FileSink(rest, deps.clock, deps.log);
  throw new SinkFault('sinkMissing', `sink "${spec}" is not known; ${VALID}`);
}
