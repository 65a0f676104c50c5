import type { Clip, Processing } from '../../../shared/contract/api/clip.ts';
import { AudioFault, type NormalisedAudio } from '../../ports/audio.ts';
import type { StoredBlob } from '../../ports/blobs.ts';
import type { ClipPeaks } from '../../ports/store.ts';
import { SYSTEM } from '../../ports/system.ts';
import type { ProcessingParts } from './clipParts.ts';
import { progressWriter } from './progressWriter.ts';
import { changeUpload } from './sameUpload.ts';

/**
 * Makes the audio of an uploaded clip: normalise, keep under its hash, measure, draw. Ends with the clip `ready` or
 * `failed`; when aborted, or when another upload has taken its place meanwhile, it leaves the clip as it is.
 * Rejects only when the database cannot be written; the clip is then taken up again at the next start.
 */
export async function processClip(parts: ProcessingParts, clipId: string, signal: AbortSignal): Promise<void> {
  const { store, blobs, audio, settings, log } = parts;
  const clip = await store.repositories.clips.get(clipId);
  if (clip === null || (clip.processing.state !== 'queued' && clip.processing.state !== 'running')) return;
  await setProcessing(parts, clip, { state: 'running', progress: 0 });
  const output = blobs.temporaryPath('.opus');
  const progress = progressWriter(parts, clip);
  try {
    const input = blobs.pathOf(clip.original.sha256);
    const made = await audio.normalise(input, output, settings.loudness, progress.report, signal);
    const blob = await blobs.adopt(output);
    await progress.settled();
    await finish(parts, clip, made, blob);
  } catch (error) {
    await blobs.discard(output);
    await progress.settled();
    if (signal.aborted) return;
    const fault = error instanceof AudioFault ? error : null;
    if (fault === null || fault.code === 'failed') log.error('clip processing failed', { clip: clipId, error });
    await setProcessing(parts, clip, {
      state: 'failed',
      code: fault?.code ?? 'failed',
      detail:
        fault?.message ??
        'The server could not work on the recording. Upload it again; if it stays so, tell the administrator.',
    });
  }
}

async function setProcessing(parts: ProcessingParts, clip: Clip, processing: Processing): Promise<void> {
  await changeUpload(parts, clip, async (now, repositories) => {
    await repositories.clips.update({ ...now, processing });
    if (processing.state !== 'failed') return;
    await repositories.audit.add({
      at: parts.clock.now(),
      actor: SYSTEM.id,
      action: 'clip.failed',
      subject: clip.id,
      detail: { code: processing.code },
    });
  });
}

async function finish(parts: ProcessingParts, clip: Clip, made: NormalisedAudio, blob: StoredBlob): Promise<void> {
  const { durationMs, lufs, truePeakDb, originalLufs, originalTruePeakDb, clippedShare } = made;
  const measured = { durationMs, lufs, truePeakDb, originalLufs, originalTruePeakDb, clippedShare };
  const peaks: ClipPeaks = { peaksPerSecond: made.peaksPerSecond, peaks: made.peaks };
  await changeUpload(parts, clip, async (now, repositories) => {
    await repositories.clips.update({ ...now, processing: { state: 'ready' }, audio: { ...blob, ...measured } });
    await repositories.clips.putPeaks(clip.id, peaks);
    await repositories.audit.add({
      at: parts.clock.now(),
      actor: SYSTEM.id,
      action: 'clip.ready',
      subject: clip.id,
      detail: { sha256: blob.sha256, durationMs },
    });
  });
}
