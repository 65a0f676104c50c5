import { randomBytes } from 'node:crypto';
import { link, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { WriteDurably } from '../../ports/durable.ts';

/**
 * Temp file, fsync, rename (or link, which never overwrites), fsync of the folder: without the last the name itself may
 * be lost in a power cut.
 */
export const writeDurably: WriteDurably = async ({ path, data, mode, how }) => {
  const folder = dirname(path);
  const temp = join(folder, `.${basename(path)}.${randomBytes(6).toString('hex')}`);
  try {
    const file = await open(temp, 'wx', mode);
    try {
      await file.chmod(mode); // the process's umask may have taken bits away
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    if (how === 'replace') await rename(temp, path);
    else await link(temp, path);
  } finally {
    await rm(temp, { force: true });
  }
  const entry = await open(folder, 'r');
  try {
    await entry.sync();
  } finally {
    await entry.close();
  }
};
