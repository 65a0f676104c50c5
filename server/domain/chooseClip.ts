import type { Clip, ClipAudio } from '../../shared/contract/api/clip.ts';

/** A clip that may be planned: its audio is there, and is what was approved. */
export interface PlannableClip {
  readonly clip: Clip;
  readonly audio: ClipAudio;
}

export type ClipChoice =
  | { readonly kind: 'chosen'; readonly clip: Clip; readonly audio: ClipAudio }
  | { readonly kind: 'noApprovedClip' }
  | { readonly kind: 'languageMissing'; readonly available: readonly string[] };

/** The clip with its audio when it is approved and its bytes are those that were approved; otherwise null. */
export function plannable(clip: Clip): PlannableClip | null {
  if (clip.state !== 'approved' || clip.audio === null || clip.audio.durationMs < 1) return null;
  return clip.audio.sha256 === clip.approvedSha256 ? { clip, audio: clip.audio } : null;
}

const primary = (language: string): string => language.split('-')[0] ?? language;

/**
 * The recording that a village hears: in the first of its languages that has one (the very tag before a relative of the
 * same language, the newest of several). A village that lists no language hears the one uploaded first.
 */
export function chooseClip(clips: readonly Clip[], languages: readonly string[]): ClipChoice {
  const usable = clips
    .map(plannable)
    .filter((entry) => entry !== null)
    .sort((a, b) => a.clip.uploadedAt - b.clip.uploadedAt || (a.clip.id < b.clip.id ? -1 : 1));
  const oldest = usable[0];
  if (!oldest) return { kind: 'noApprovedClip' };
  if (languages.length === 0) return { kind: 'chosen', ...oldest };
  for (const language of languages) {
    const hit =
      usable.findLast(({ clip }) => clip.language === language) ??
      usable.findLast(({ clip }) => primary(clip.language) === primary(language));
    if (hit) return { kind: 'chosen', ...hit };
  }
  return { kind: 'languageMissing', available: [...new Set(usable.map(({ clip }) => clip.language))] };
}
