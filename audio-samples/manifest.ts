import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** One file of this folder. Loudness and peak are those of the file as it lies here, measured by ffmpeg's `ebur128`. */
export const sampleSchema = z.strictObject({
  /** Path below `audio-samples/`. */
  file: z.string().min(1),
  /**
   * `bulletin`: a Vietnamese news item. `variant`: one of them in another voice or language. `chime`, `alert`: tones.
   * `odd`: unusual, and accepted all the same. `bad`: refused with the fault in `expectedFault`.
   */
  kind: z.enum(['bulletin', 'variant', 'chime', 'alert', 'odd', 'bad']),
  title: z.string().min(1),
  /** BCP 47 tag of what is spoken; null where nobody speaks. */
  language: z.string().nullable(),
  /** The voice as what it is; null where nobody speaks. */
  voice: z.string().nullable(),
  /** The words, below `audio-samples/`; null where nobody speaks. */
  text: z.string().nullable(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().nonnegative(),
  /** Of what can be decoded; null where nothing can. */
  durationMs: z.int().positive().nullable(),
  /** LUFS; null for silence and for what cannot be decoded. */
  lufs: z.number().nullable(),
  /** dBTP; null likewise. */
  truePeakDb: z.number().nullable(),
  /** The code of the `AudioFault` with which the library refuses it; null when it is accepted. */
  expectedFault: z.enum(['empty', 'notAudio', 'truncated', 'silent', 'tooShort', 'tooLong', 'failed']).nullable(),
  licence: z.string(),
});
export type Sample = z.infer<typeof sampleSchema>;

export const manifestSchema = z.strictObject({
  madeBy: z.string(),
  samples: z.array(sampleSchema),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** The folder that holds the samples. */
export const SAMPLES_FOLDER = import.meta.dirname;

/** The absolute path of a sample's file. */
export function pathOfSample(sample: Pick<Sample, 'file'>): string {
  return join(SAMPLES_FOLDER, sample.file);
}

/** Reads and checks `manifest.json`. Rejects when it is missing or does not fit its schema. */
export async function loadManifest(): Promise<Manifest> {
  return manifestSchema.parse(JSON.parse(await readFile(join(SAMPLES_FOLDER, 'manifest.json'), 'utf8')));
}
