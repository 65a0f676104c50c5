import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Fault } from '../../../shared/core/fault.ts';
import type { BlobStore, StoredBlob } from '../../ports/blobs.ts';

const SHA256 = /^[0-9a-f]{64}$/;

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

function tooLarge(maxBytes: number): Fault {
  const megabytes = (maxBytes / 1_000_000).toFixed(maxBytes < 10_000_000 ? 1 : 0);
  const remedy = `at most ${megabytes} MB is taken: shorten it or save it with a lower bit rate`;
  return new Fault('tooLarge', 'blob.tooLarge', `The file is too large; ${remedy}.`, [
    { field: 'file', message: remedy },
  ]);
}

/**
 * Blobs as files: `<root>/ab/cd/abcd...` by the first two bytes of their hash, so that no folder grows large with a
 * million clips, and `<root>/tmp` for work in progress.
 */
export class DiskBlobStore implements BlobStore {
  readonly #root: string;

  private constructor(root: string) {
    this.#root = root;
  }

  /** Opens the store in a folder, which is made if missing, and clears away what a crash left half done. */
  static async open(root: string): Promise<DiskBlobStore> {
    const store = new DiskBlobStore(resolve(root));
    await rm(store.#temporary(), { recursive: true, force: true });
    await mkdir(store.#temporary(), { recursive: true });
    return store;
  }

  temporaryPath(suffix: string): string {
    return join(this.#temporary(), `${randomUUID()}${suffix.replaceAll(/[^\w.-]/g, '_')}`);
  }

  async receive(stream: Readable, maxBytes: number): Promise<{ path: string; sha256: string; bytes: number }> {
    const path = this.temporaryPath('.upload');
    const hash = createHash('sha256');
    let bytes = 0;
    const counted = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        bytes += chunk.length;
        if (bytes > maxBytes) {
          done(tooLarge(maxBytes));
          return;
        }
        hash.update(chunk);
        done(null, chunk);
      },
    });
    const file = await open(path, 'wx');
    try {
      await pipeline(stream, counted, file.createWriteStream());
    } catch (error) {
      await file.close();
      await this.discard(path);
      throw error;
    }
    return { path, sha256: hash.digest('hex'), bytes };
  }

  async adopt(path: string): Promise<StoredBlob> {
    const hash = createHash('sha256');
    let bytes = 0;
    await pipeline(createReadStream(path), async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        hash.update(chunk);
        bytes += chunk.length;
      }
    });
    const sha256 = hash.digest('hex');
    if (await this.has(sha256)) {
      await this.discard(path);
      return { sha256, bytes };
    }
    await syncFile(path);
    const folder = join(this.pathOf(sha256), '..');
    await mkdir(folder, { recursive: true });
    await rename(path, this.pathOf(sha256));
    // The entry of the file, then those of the two folders, which may be new.
    for (const each of [folder, join(folder, '..'), this.#root]) await syncFolder(each);
    return { sha256, bytes };
  }

  async discard(path: string): Promise<void> {
    await rm(path, { force: true });
  }

  async has(sha256: string): Promise<boolean> {
    return (await this.size(sha256)) !== null;
  }

  async size(sha256: string): Promise<number | null> {
    try {
      return (await stat(this.pathOf(sha256))).size;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      throw error;
    }
  }

  pathOf(sha256: string): string {
    // Also the guard against a "hash" such as ../../etc/passwd.
    if (!SHA256.test(sha256)) throw new TypeError(`not a sha256 in lower-case hexadecimal: ${JSON.stringify(sha256)}`);
    return join(this.#root, sha256.slice(0, 2), sha256.slice(2, 4), sha256);
  }

  read(sha256: string, range?: { start: number; end: number }): Readable {
    return createReadStream(this.pathOf(sha256), range ?? {});
  }

  #temporary(): string {
    return join(this.#root, 'tmp');
  }
}
