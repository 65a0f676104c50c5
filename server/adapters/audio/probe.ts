import { stat } from 'node:fs/promises';
import type { FfprobeData } from 'fluent-ffmpeg';
import { z } from 'zod';
import type { ProbedAudio } from '../../ports/audio.ts';
import { commandOn, SAFE_INPUT } from './command.ts';
import { isCutShort } from './cutShort.ts';
import { refuse, unreadable } from './faults.ts';
import type { AudioPrograms } from './programs.ts';

/** What we read of ffprobe's answer. A duration that the file does not tell comes as "N/A". */
const ANSWER = z.object({
  format: z.object({ format_name: z.string(), duration: z.number().nullable().catch(null) }),
  streams: z.array(z.object({ codec_type: z.string() }).loose()),
});
const SOUND = z.object({
  codec_name: z.string(),
  sample_rate: z.coerce.number().positive(),
  channels: z.coerce.number().int().positive(),
  duration: z.number().nullable().catch(null),
});

function ask(programs: AudioPrograms, path: string): Promise<FfprobeData> {
  return new Promise((resolve, reject) => {
    commandOn(programs)
      .input(path)
      .ffprobe(['-v', 'error', ...SAFE_INPUT], (error: unknown, data) => {
        if (error === null) resolve(data);
        else reject(error instanceof Error ? error : new Error(String(error)));
      });
  });
}

/** A probed file; `durationMs` is null where the file does not tell it and only decoding can. */
export type Probed = Omit<ProbedAudio, 'durationMs'> & { readonly durationMs: number | null };

/**
 * What the file at `path` says of itself. Rejects with `AudioFault`: `empty`, `notAudio`, `truncated`.
 * @param path under a name that does not mislead (see `withNeutralName`)
 */
export async function probeFile(programs: AudioPrograms, path: string): Promise<Probed> {
  if ((await stat(path)).size === 0) throw refuse.empty();
  if (await isCutShort(path)) throw refuse.truncated();
  const data = await ask(programs, path).catch((error: Error) => {
    throw unreadable(error.message, error);
  });
  const answer = ANSWER.safeParse(data);
  if (!answer.success) throw refuse.notAudio({ cause: answer.error });
  const sound = SOUND.safeParse(answer.data.streams.find((stream) => stream.codec_type === 'audio'));
  if (!sound.success) throw refuse.notAudio({ cause: sound.error });
  const container = answer.data.format.format_name.split(',')[0] ?? '';
  const seconds = answer.data.format.duration ?? sound.data.duration;
  return {
    durationMs: seconds === null ? null : Math.round(seconds * 1000),
    codec: sound.data.codec_name,
    container,
    sampleRate: sound.data.sample_rate,
    channels: sound.data.channels,
  };
}
