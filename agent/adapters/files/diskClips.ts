import { createHash } from 'node:crypto';
import { open, readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClipFolder } from '../../ports/clips.ts';
import { isMissing, syncFolder } from './durable.ts';

const CLIP_NAME = /^[0-9a-f]{64}$/;
const PART_NAME = /^([0-9a-f]{64})\.part$/;
const READ_BYTES = 65_536;

/** sha256 of a file's bytes in lower-case hexadecimal, in small pieces so that it costs no memory. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  const handle = await open(path, 'r');
  try {
    const piece = Buffer.allocUnsafe(READ_BYTES);
    for (;;) {
      const { bytesRead } = await handle.read(piece, 0, READ_BYTES);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(piece.subarray(0, bytesRead));
    }
  } finally {
    await handle.close();
  }
}

/** Clips as files of one folder, each named by the sha256 of its bytes. */
export class DiskClips implements ClipFolder {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  path(sha256: string): string {
    return join(this.#folder, sha256);
  }

  partPath(sha256: string): string {
    return join(this.#folder, `${sha256}.part`);
  }

  scratchPath(name: string): string {
    return join(this.#folder, name);
  }

  async list(): Promise<ReadonlyMap<string, number>> {
    const found = new Map<string, number>();
    for (const name of await readdir(this.#folder))
      if (CLIP_NAME.test(name)) found.set(name, (await stat(this.path(name))).size);
    return found;
  }

  async remove(sha256: string): Promise<void> {
    for (const path of [this.path(sha256), this.partPath(sha256)])
      await unlink(path).catch((cause: unknown) => {
        if (!isMissing(cause)) throw cause;
      });
    await syncFolder(this.#folder);
  }

  async removeParts(except: ReadonlySet<string>): Promise<void> {
    for (const name of await readdir(this.#folder)) {
      const sha256 = PART_NAME.exec(name)?.[1];
      if (sha256 !== undefined && !except.has(sha256)) await unlink(join(this.#folder, name));
    }
  }

  async intact(sha256: string): Promise<boolean> {
    try {
      return (await hashFile(this.path(sha256))) === sha256;
    } catch (cause) {
      if (isMissing(cause)) return false;
      throw cause;
    }
  }
}
