import { parseSinkSpec, SINK_SPELLINGS, type SinkSpec } from '../../domain/sinkSpec.ts';
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

/**
 * The sink that an operator asked for; the device itself is opened later, by `open()`.
 * @param text one of `SINK_SPELLINGS`
 * @throws SinkFault for anything else, with the list of what is valid
 */
export function openSinkSpec(text: string, deps: SinkDeps): SoundSink {
  const spec = parseSinkSpec(text);
  if (spec === null) throw new SinkFault('sinkMissing', `sink "${text}" is not known; valid are ${SINK_SPELLINGS}`);
  return makeSink(spec, deps);
}

function makeSink(spec: SinkSpec, deps: SinkDeps): SoundSink {
  switch (spec.kind) {
    case 'null':
      return new NullSink(deps.clock);
    case 'pulse':
      return new PulseSink(spec.name, deps);
    case 'alsa':
      return new AlsaSink(spec.device, deps);
    case 'file':
      return new FileSink(spec.path, deps.clock, deps.log);
    case 'recording':
      return new RecordingSink(makeSink(spec.speaker, deps), makeSink(spec.tape, deps), deps.log);
  }
}
