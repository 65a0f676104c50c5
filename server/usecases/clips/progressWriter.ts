import type { Clip } from '../../../shared/contract/api/clip.ts';
import type { ProcessingParts } from './clipParts.ts';
import { changeUpload } from './sameUpload.ts';

/** Smallest step that is written, of 1: some twenty commits for a clip, however long it is. */
const STEP = 0.05;

/** Keeps a clip's progress in the database, coarsely, and never more than one write at a time. */
export function progressWriter(
  parts: ProcessingParts,
  clip: Clip,
): {
  /** @param done 0..1 */
  readonly report: (done: number) => void;
  /** Resolves when nothing is being written any more. */
  readonly settled: () => Promise<void>;
} {
  let written = 0;
  let writing: Promise<void> | null = null;
  return {
    report(done) {
      if (writing !== null || done - written < STEP || done >= 1) return;
      written = done;
      writing = changeUpload(parts, clip, async (now, { clips }) => {
        await clips.update({ ...now, processing: { state: 'running', progress: done } });
      })
        // Progress is only shown; what matters is written by the end of the work, which rejects on its own.
        .catch((error: unknown) => parts.log.warn('clip progress not written', { clip: clip.id, error }))
        .finally(() => {
          writing = null;
        });
    },
    async settled() {
      await writing;
    },
  };
}
