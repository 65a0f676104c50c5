import type { PlanClip } from '../../shared/contract/messages/plan.ts';
import type { Instant } from '../../shared/core/time.ts';
import { afterFailure, type FetchTries } from '../domain/fetchTries.ts';
import type { CachedClip } from '../domain/situation.ts';
import type { ClipFetcher, ClipFolder } from '../ports/clips.ts';
import type { Random } from '../ports/clock.ts';
import type { Document } from '../ports/documents.ts';
import type { AgentLog } from '../ports/log.ts';
import type { ClipsState } from './documents.ts';
import type { FaultDesk } from './faultDesk.ts';

export interface ClipDeskDeps {
  readonly folder: ClipFolder;
  readonly fetcher: ClipFetcher;
  readonly index: Document<ClipsState>;
  /** The server's address, which relative addresses are below. */
  readonly server: string;
  readonly faults: FaultDesk;
  readonly log: AgentLog;
  readonly now: () => Instant;
  readonly random: Random;
  /** A download ended, or a clip is gone. */
  readonly changed: () => void;
}

interface Fetching {
  readonly clip: string;
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

/** The clips on the disk, and the one that is being fetched. */
export class ClipDesk {
  readonly #deps: ClipDeskDeps;
  readonly #tries = new Map<string, FetchTries>();
  #fetching: Fetching | null = null;

  constructor(deps: ClipDeskDeps) {
    this.#deps = deps;
  }

  /** Compares the index with the folder: a file of another size than was checked is no clip. */
  async load(): Promise<void> {
    const { folder, index } = this.#deps;
    const files = await folder.list();
    const next: ClipsState = {};
    for (const [sha256, bytes] of files) {
      const known = index.value[sha256];
      // A file that the index does not know came before a power cut; its bytes decide.
      if (known !== undefined ? known.bytes === bytes : await folder.intact(sha256))
        next[sha256] = known ?? { bytes, lastNeeded: this.#deps.now() };
      else await folder.remove(sha256);
    }
    await index.save(next);
  }

  get cached(): ReadonlyMap<string, CachedClip> {
    return new Map(Object.entries(this.#deps.index.value));
  }

  get fetching(): { readonly active: string | null; readonly tries: ReadonlyMap<string, FetchTries> } {
    return { active: this.#fetching?.clip ?? null, tries: this.#tries };
  }

  /** Begins to fetch a clip; `changed` tells when it has ended. */
  fetch(clip: PlanClip): void {
    if (this.#fetching !== null) return;
    const url = clipUrl(clip.url, this.#deps.server);
    if (url === null) {
      this.#failed(clip.sha256, 'bad', 'clip.badUrl', `clip ${clip.sha256} has the address ${clip.url.slice(0, 200)}`);
      return;
    }
    const abort = new AbortController();
    const done = this.#run(clip, url, abort.signal).catch((cause: unknown) => {
      this.#failed(clip.sha256, 'bad', 'clip.disk', cause instanceof Error ? cause.message : String(cause));
    });
    this.#fetching = { clip: clip.sha256, abort, done };
    void done.then(() => {
      this.#fetching = null;
      this.#deps.changed();
    });
  }

  stopFetch(sha256: string): void {
    if (this.#fetching?.clip === sha256) this.#fetching.abort.abort();
  }

  async drop(sha256: string): Promise<void> {
    // Out of the index first: a file that the index does not know is checked at the next start, never played unseen.
    await this.#deps.index.update(({ [sha256]: _dropped, ...rest }) => rest);
    await this.#deps.folder.remove(sha256);
    this.#deps.log.info({ clip: sha256 }, 'clip dropped to make room');
  }

  /** A new plan: every target gets its tries anew, and partial files that nobody wants go. */
  async planChanged(clips: readonly PlanClip[]): Promise<void> {
    this.#tries.clear();
    const named = new Set(clips.map((clip) => clip.sha256));
    if (this.#fetching !== null) named.add(this.#fetching.clip);
    await this.#deps.folder.removeParts(named);
  }

  /** The network is back: what failed for want of it may try at once. */
  networkBack(): void {
    for (const [sha256, tries] of this.#tries) if (tries.trouble === 'network') this.#tries.delete(sha256);
  }

  /** Reads a clip's bytes again; wrong ones are removed, and fetched anew if they are needed. */
  async recheck(sha256: string): Promise<void> {
    if (this.#deps.index.value[sha256] === undefined || (await this.#deps.folder.intact(sha256))) return;
    await this.drop(sha256);
    this.#deps.faults.report('clip.rotten', `clip ${sha256} on the disk has changed; it was removed`);
    this.#deps.changed();
  }

  /** Nightly: notes which clips are still named, drops those long unneeded, reads the others again. */
  async houseKeep(named: ReadonlySet<string>, keepMs: number): Promise<void> {
    const now = this.#deps.now();
    const { index } = this.#deps;
    await index.update((clips) =>
      Object.fromEntries(
        Object.entries(clips).map(([sha256, clip]) => [
          sha256,
          named.has(sha256) ? { ...clip, lastNeeded: now } : clip,
        ]),
      ),
    );
    for (const [sha256, clip] of Object.entries(index.value)) {
      if (!named.has(sha256) && now - clip.lastNeeded > keepMs) await this.drop(sha256);
      else await this.recheck(sha256);
    }
  }

  async close(): Promise<void> {
    this.#fetching?.abort.abort();
    await this.#fetching?.done;
  }

  async #run(clip: PlanClip, url: string, signal: AbortSignal): Promise<void> {
    const { folder, fetcher, index, log } = this.#deps;
    const { sha256, bytes } = clip;
    const job = { url, sha256, bytes, part: folder.partPath(sha256), target: folder.path(sha256) };
    const result = await fetcher.fetch(job, signal);
    if (result.ok) {
      const lastNeeded = this.#deps.now();
      await index.update((clips) => ({ ...clips, [sha256]: { bytes, lastNeeded } }));
      this.#tries.delete(sha256);
      log.info({ clip: sha256, bytes }, 'clip fetched');
      return;
    }
    if (result.trouble === 'stopped') log.info({ clip: sha256 }, 'download stopped; what came is kept');
    else this.#failed(sha256, result.trouble, result.code, result.detail);
  }

  #failed(sha256: string, trouble: 'network' | 'bad', code: string, detail: string): void {
    const tries = afterFailure(this.#tries.get(sha256), trouble, this.#deps.now(), this.#deps.random());
    this.#tries.set(sha256, tries);
    this.#deps.log.warn({ clip: sha256, code, detail, failures: tries.failures }, 'download failed');
    // A network that is away for a while is ordinary; only what does not heal by itself is a fault to report.
    if (trouble === 'bad') this.#deps.faults.report(code, detail);
  }
}

/** An absolute address of http or https, or null. */
function clipUrl(url: string, server: string): string | null {
  const base = server.endsWith('/') ? server : `${server}/`;
  // A path, also one that begins with a slash, is below the server's own address, which may itself have a path.
  const text = /^[a-z][a-z0-9+.-]*:/i.test(url) ? url : url.replace(/^\/+/, '');
  if (!URL.canParse(text, base)) return null;
  const parsed = new URL(text, base);
  return parsed.protocol === 'http:' || parsed.protocol === 'https:' ? parsed.href : null;
}
