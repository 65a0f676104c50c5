import { link, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Fault } from '../../../shared/core/fault.ts';
import { isMissing } from './durable.ts';

/** Who holds the folder. A pid alone says little: pids are used again, and after a boot all of them are. */
const holder = z.object({ pid: z.int(), started: z.string(), boot: z.string(), token: z.string() });
type Holder = z.infer<typeof holder>;

/**
 * Takes the data folder for this agent alone, so that two programs never share a journal. The lock of a process that is
 * gone (also one whose pid another program has now) is taken over.
 * @param token distinguishes two agents in one process; drawn by the caller
 * @returns lets go of it
 * @throws Fault `data.inUse`
 */
export async function lockFolder(folder: string, token: string): Promise<() => Promise<void>> {
  const path = join(folder, 'lock');
  const mine: Holder = { pid: process.pid, ...(await identityOf(process.pid)), token };
  const candidate = join(folder, `lock.${process.pid}.${token}`);
  await writeFile(candidate, JSON.stringify(mine), { mode: 0o600 });
  try {
    // Two rounds: the second after a stale lock was moved away.
    for (let round = 0; round < 2; round += 1) {
      try {
        await link(candidate, path); // fails when the name exists: the one atomic test-and-set a file system has
        return async () => {
          const held = await readFile(path, 'utf8').catch(() => null);
          if (held === JSON.stringify(mine)) await unlink(path);
        };
      } catch (cause) {
        if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause;
      }
      const text = await readFile(path, 'utf8').catch(() => '');
      const other = parseHolder(text);
      if (other !== null && (await isAlive(other))) throw inUse(folder, other.pid);
      await moveStaleAway(path, text, `${candidate}.stale`, folder);
    }
    throw inUse(folder, null);
  } finally {
    await unlink(candidate);
  }
}

async function moveStaleAway(path: string, judged: string, away: string, folder: string): Promise<void> {
  try {
    await rename(path, away);
  } catch (cause) {
    if (isMissing(cause)) return; // its owner let go of it meanwhile
    throw cause;
  }
  const moved = await readFile(away, 'utf8');
  if (moved !== judged) {
    // Somebody took the stale lock over between our look and our move: give it back.
    await link(away, path).catch(() => undefined); // a third one is there already, and holds it rightly
    await unlink(away);
    throw inUse(folder, null);
  }
  await unlink(away);
}

function parseHolder(text: string): Holder | null {
  try {
    const value: unknown = JSON.parse(text);
    const parsed = holder.safeParse(value);
    return parsed.success ? parsed.data : null;
  } catch {
    return null; // torn by a power cut: nobody alive wrote it
  }
}

async function isAlive(other: Holder): Promise<boolean> {
  const now = await identityOf(other.pid);
  return now.started !== '' && now.started === other.started && now.boot === other.boot;
}

/** When a process began (clock ticks since boot, field 22 of its stat) and which boot that was; empty: no such process. */
async function identityOf(pid: number): Promise<{ started: string; boot: string }> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => 'unknown');
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The second field is the program's name in brackets and may hold anything; the fields after it are plain.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { started: stat === '' ? '' : (fields[19] ?? ''), boot: boot.trim() };
}

function inUse(folder: string, pid: number | null): Fault {
  const who = pid === null ? 'another agent' : `another agent (process ${pid})`;
  return new Fault(
    'conflict',
    'data.inUse',
    `--data ${folder} is in use by ${who}: stop it first, or give this agent a folder of its own`,
  );
}
