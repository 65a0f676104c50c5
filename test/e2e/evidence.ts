import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LedgerEntry } from '../../shared/contract/api/ledger.ts';
import { decodeForTest, findClip } from '../kit/correlate.ts';
import { instantInWav, readWav } from '../kit/wav.ts';

/** One sounding of a clip that a witness found in a recording. */
export interface Sounding {
  readonly clip: string;
  readonly at: number;
}

/** How far a sounding may lie from its planned instant, in ms: the recording is exact to the sample. */
const TOLERANCE_MS = 5;
/** So much of a clip must be there to be recognised. */
const PROBE_MS = 1_200;

/** The clips as the server serves them, decoded: what a village should have heard. */
export async function fetchClips(
  url: string,
  hashes: Iterable<string>,
  folder: string,
): Promise<Map<string, Int16Array>> {
  const clips = new Map<string, Int16Array>();
  for (const sha256 of new Set(hashes)) {
    const answer = await fetch(`${url}/api/v1/media/${sha256}`);
    if (!answer.ok) throw new Error(`clip ${sha256}: ${answer.status}`);
    const path = join(folder, `${sha256}.opus`);
    writeFileSync(path, Buffer.from(await answer.arrayBuffer()));
    clips.set(sha256, await decodeForTest(path));
  }
  return clips;
}

/**
 * Every sounding of every clip in a WAV file, by correlation; the agent's word is not asked.
 * @param probeMs how much of a clip must be there; more than the greeting with which all of a station's bulletins begin
 */
export function soundings(wav: string, clips: ReadonlyMap<string, Int16Array>, probeMs = PROBE_MS): Sounding[] {
  const recording = readWav(wav);
  const found: Sounding[] = [];
  for (const [clip, samples] of clips) {
    for (const { offsetSample } of findClip(recording.samples, samples, { probeMs })) {
      found.push({ clip, at: instantInWav(recording, offsetSample) });
    }
  }
  return found.sort((a, b) => a.at - b.at);
}

/**
 * Holds a village's ledger against the recording of its sound. Returns every contradiction in words: a play that is not
 * in the recording or not at its second, a sound that no entry accounts for, a skipped play that was heard.
 */
export function contradictions(entries: readonly LedgerEntry[], heard: readonly Sounding[]): string[] {
  const words: string[] = [];
  const unexplained = new Set(heard);
  for (const entry of entries) {
    const matches = heard.filter(({ clip, at }) => clip === entry.clip && Math.abs(at - entry.at) <= TOLERANCE_MS);
    for (const match of matches) unexplained.delete(match);
    const name = `${entry.title} at ${new Date(entry.at).toISOString()} (${entry.outcome}, ${entry.heardMs} ms heard)`;
    const audible = entry.outcome === 'played' || (entry.outcome === 'partly' && entry.heardMs > PROBE_MS);
    if (audible && matches.length !== 1) words.push(`${name}: found ${matches.length} times in the recording`);
    if (entry.outcome === 'skipped' && matches.length > 0) words.push(`${name}: is in the recording all the same`);
    if (entry.outcome === 'unknown' || entry.outcome === 'pending') words.push(`${name}: never settled`);
  }
  for (const { clip, at } of unexplained)
    words.push(`clip ${clip} sounds at ${new Date(at).toISOString()}, not planned`);
  return words;
}
