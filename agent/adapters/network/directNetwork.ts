import type { ClipFetcher } from '../../ports/clips.ts';
import type { MoveDurably } from '../../ports/durable.ts';
import type { Poster } from '../../ports/poster.ts';
import { downloadClip } from './downloadClip.ts';
import { directPoster } from './postJson.ts';

/** HTTP in this process: for many simulated agents in one, where a process a download would be the dearer way. */
export function directNetwork(move: MoveDurably): ClipFetcher & Poster {
  return { fetch: (job, signal) => downloadClip(job, signal, move), post: directPoster.post };
}
