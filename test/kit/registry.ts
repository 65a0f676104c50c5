import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { FfmpegToolkit } from '../../server/adapters/audio/ffmpegToolkit.ts';
import { findPrograms } from '../../server/adapters/audio/programs.ts';
import { DiskBlobStore } from '../../server/adapters/files/diskBlobStore.ts';
import { openStore } from '../../server/adapters/sql/openStore.ts';
import { createEventHub } from '../../server/adapters/system/eventHub.ts';
import { openLog } from '../../server/adapters/system/pinoLogger.ts';
import { systemRandom } from '../../server/adapters/system/systemRandom.ts';
import type { BlobStore } from '../../server/ports/blobs.ts';
import type { ServerParts } from '../../server/ports/parts.ts';
import type { Actor } from '../../server/ports/system.ts';
import { createArea } from '../../server/usecases/areas/createArea.ts';
import { createBulletin } from '../../server/usecases/bulletins/createBulletin.ts';
import { ClipQueue } from '../../server/usecases/clips/processClips.ts';
import { uploadClip } from '../../server/usecases/clips/uploadClip.ts';
import { newArea } from '../../shared/contract/api/area.ts';
import { newBulletin } from '../../shared/contract/api/bulletin.ts';
import type { Clip } from '../../shared/contract/api/clip.ts';
import { Fault } from '../../shared/core/fault.ts';
import { DEFAULT_ZONE, type Instant } from '../../shared/core/time.ts';

export const SAMPLES = resolve(import.meta.dirname, '../../audio-samples');
export const EDITOR: Actor = { id: 'usr-editor' };

/** Noon of 2026-07-15 in Viet Nam. */
export const NOON: Instant = Date.parse('2026-07-15T12:00:00+07:00');

type Parts = Omit<ServerParts, 'signer' | 'bus' | 'accounts' | 'secrets'>;

/** The registry on real parts: SQLite in memory, files in a folder of its own, ffmpeg. Only the clock is moved by hand. */
export class Registry {
  readonly parts: Parts;
  readonly queue: ClipQueue;
  readonly clock: { now: Instant };
  /** Causes of the plan refreshes that were asked for. */
  readonly refreshed: string[];
  readonly folder: string;

  private constructor(parts: Parts, queue: ClipQueue, clock: { now: Instant }, refreshed: string[], folder: string) {
    this.parts = parts;
    this.queue = queue;
    this.clock = clock;
    this.refreshed = refreshed;
    this.folder = folder;
  }

  static async open(maxUploadBytes = 20_000_000): Promise<Registry> {
    const folder = await mkdtemp(join(tmpdir(), 'loaban-registry-'));
    const log = openLog('silent');
    const clock = { now: NOON };
    const refreshed: string[] = [];
    const blobs: BlobStore = await DiskBlobStore.open(folder);
    const base = {
      store: await openStore({ url: 'sqlite::memory:', log }),
      clock: { now: () => clock.now },
      random: systemRandom,
      log,
      events: createEventHub(log),
      audio: new FfmpegToolkit({ programs: findPrograms(process.env.PATH ?? '') }),
      blobs,
      plans: {
        refresh: async (cause: string) => {
          refreshed.push(cause);
        },
      },
      settings: {
        zone: DEFAULT_ZONE,
        maxUploadBytes,
        loudness: { lufs: -16, truePeakDb: -1.5 },
        maxClipMs: 3_600_000,
        planDays: 7,
        agentMqttUrl: 'mqtt://127.0.0.1:1883',
        statusEverySeconds: 60,
      },
    };
    const queue = new ClipQueue(base);
    return new Registry({ ...base, processor: queue }, queue, clock, refreshed, folder);
  }

  async close(): Promise<void> {
    await this.queue.stop();
    await this.parts.store.close();
    await rm(this.folder, { recursive: true });
  }

  /** Everything the registry holds, rows and files, to compare before and after. */
  async dump(): Promise<unknown> {
    const all = this.parts.store.repositories;
    const clips = await all.clips.all();
    return {
      areas: await all.areas.all(),
      windowPolicies: await all.windowPolicies.all(),
      organisations: await all.organisations.all(),
      campaigns: await all.campaigns.all(),
      bulletins: await all.bulletins.all(),
      clips,
      approvals: await Promise.all(clips.map(({ id }) => all.clips.approvals(id))),
      audit: await all.audit.page(10_000),
      files: (await readdir(this.folder, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map(({ name }) => name)
        .sort(),
      refreshed: [...this.refreshed],
    };
  }

  area(code: string, parentId: string | null, kind: string, over: Record<string, unknown> = {}) {
    const input = { code, name: `Nơi ${code}`, kind, parentId, validFrom: '2025-07-01', ...over };
    return createArea(this.parts, EDITOR, newArea.parse(input));
  }

  async bulletin(over: Record<string, unknown> = {}) {
    const areaId =
      over.areaId ??
      (await this.area(`x${(await this.parts.store.repositories.areas.all()).length}`, null, 'commune')).id;
    return await createBulletin(this.parts, EDITOR, newBulletin.parse({ title: 'Bản tin', ...over, areaId }));
  }

  /** Uploads one of the samples, as the route does once it has received the file. */
  async upload(bulletinId: string, sample: string, language = 'vi'): Promise<Clip> {
    const file = createReadStream(join(SAMPLES, sample));
    const { path, bytes } = await this.parts.blobs.receive(file, this.parts.settings.maxUploadBytes);
    const name = sample.split('/').at(-1) ?? sample;
    return await uploadClip(this.parts, EDITOR, bulletinId, { language, voice: null }, { name, path, bytes });
  }

  /** Uploads and waits for the audio. */
  async ready(bulletinId: string, sample: string, language = 'vi'): Promise<Clip> {
    const { id } = await this.upload(bulletinId, sample, language);
    await this.queue.idle();
    return await this.clip(id);
  }

  async clip(id: string): Promise<Clip> {
    const clip = await this.parts.store.repositories.clips.get(id);
    if (clip === null) throw new Error(`no clip ${id}`);
    return clip;
  }

  /** Runs what must be refused: gives the fault, and proves that nothing has changed. */
  async refused(
    work: () => Promise<unknown>,
  ): Promise<{ kind: string; code: string; fields: string[]; message: string }> {
    const before = JSON.stringify(await this.dump());
    const fault = await work().then(
      (value) => new Error(`was not refused: ${JSON.stringify(value)}`),
      (error: unknown) => error,
    );
    if (!(fault instanceof Fault)) throw fault;
    const after = JSON.stringify(await this.dump());
    if (after !== before) throw new Error(`a refusal (${fault.code}) changed something:\n${before}\n${after}`);
    const { kind, code, message } = fault;
    return { kind, code, fields: fault.fields.map(({ field }) => field), message };
  }
}
