import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DiskBlobStore } from '../../server/adapters/files/diskBlobStore.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('the blob store on disk', () => {
  let root: string;
  let store: DiskBlobStore;
  const temporaries = () => readdir(join(root, 'tmp'));

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'loaban-blobs-'));
    store = await DiskBlobStore.open(root);
  });
  afterEach(() => rm(root, { recursive: true }));

  it('receives a stream, adopts it under its hash and reads it back', async () => {
    const bytes = randomBytes(300_000);
    const received = await store.receive(Readable.from([bytes.subarray(0, 7), bytes.subarray(7)]), 300_000);
    expect(received).toMatchObject({ sha256: sha256(bytes), bytes: 300_000 });
    const blob = await store.adopt(received.path);
    expect(blob).toEqual({ sha256: sha256(bytes), bytes: 300_000 });
    expect(await buffer(store.read(blob.sha256))).toEqual(bytes);
    expect(await readFile(store.pathOf(blob.sha256))).toEqual(bytes);
    expect(await store.size(blob.sha256)).toBe(300_000);
    expect(await temporaries()).toEqual([]);
  });

  it('reads a range, both ends included', async () => {
    const path = store.temporaryPath('.txt');
    await writeFile(path, 'bản tin');
    const { sha256: name } = await store.adopt(path);
    expect((await buffer(store.read(name, { start: 1, end: 3 }))).toString('hex')).toBe(
      Buffer.from('bản tin').subarray(1, 4).toString('hex'),
    );
  });

  it('refuses what is larger than allowed, before it has come in whole, and leaves nothing', async () => {
    let given = 0;
    const endless = Readable.from(
      (function* () {
        for (;;) {
          given += 65_536;
          yield Buffer.alloc(65_536);
        }
      })(),
    );
    await expect(store.receive(endless, 1_000_000)).rejects.toMatchObject({ kind: 'tooLarge', code: 'blob.tooLarge' });
    expect(given).toBeLessThan(4_000_000);
    expect(await temporaries()).toEqual([]);
  });

  it('leaves nothing of an upload that breaks off', async () => {
    const broken = Readable.from(
      (function* () {
        yield Buffer.alloc(10_000);
        throw new Error('the line is gone');
      })(),
    );
    await expect(store.receive(broken, 1_000_000)).rejects.toThrow('the line is gone');
    expect(await temporaries()).toEqual([]);
  });

  it('keeps the same content once, also when it is adopted twice at the same time', async () => {
    const paths = [1, 2, 3].map((n) => store.temporaryPath(`.${n}`));
    await Promise.all(paths.map((path) => writeFile(path, 'same')));
    const blobs = await Promise.all(paths.map((path) => store.adopt(path)));
    expect(new Set(blobs.map((blob) => blob.sha256)).size).toBe(1);
    expect(await temporaries()).toEqual([]);
    const entries = await readdir(root, { recursive: true, withFileTypes: true });
    expect(entries.filter((entry) => entry.isFile())).toHaveLength(1);
  });

  it('clears what a crash left in its temporary folder, and keeps what is stored', async () => {
    const kept = store.temporaryPath('.a');
    await writeFile(kept, 'kept');
    const { sha256: name } = await store.adopt(kept);
    await writeFile(store.temporaryPath('.half'), 'half');
    const again = await DiskBlobStore.open(root);
    expect(await temporaries()).toEqual([]);
    expect(await again.has(name)).toBe(true);
  });

  it('answers plainly about what it has not got, and takes no path for a hash', async () => {
    const unknown = sha256(Buffer.from('unknown'));
    expect(await store.has(unknown)).toBe(false);
    expect(await store.size(unknown)).toBeNull();
    await expect(buffer(store.read(unknown))).rejects.toThrow('ENOENT');
    await store.discard(join(root, 'tmp', 'never-there'));
    expect(() => store.pathOf('../../etc/passwd')).toThrow('not a sha256');
    expect(store.temporaryPath('../../x').startsWith(join(root, 'tmp'))).toBe(true);
  });
});
