import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../../../shared/core/fault.ts';
import type { WriteDurably } from '../../../ports/durable.ts';
import type { BrokerAccount, BrokerAccounts } from '../../../ports/messaging.ts';
import type { Logger } from '../../../ports/system.ts';
import { BROKER_FILES } from './files.ts';
import { renderAccessList, renderPasswords } from './render.ts';

export interface MosquittoAccountsOptions {
  /** Folder for the two files; made when missing. */
  readonly folder: string;
  /** The account of the server itself, which is in the files beside those of the boxes. */
  readonly server: { readonly username: string; readonly passwordHash: string };
  /** Mosquitto's `pid_file`; null: somebody else reloads it. */
  readonly pidFile: string | null;
  readonly writeDurably: WriteDurably;
  readonly log: Logger;
}

/** Mosquitto's accounts: the files are written whole, only when they change, and Mosquitto is asked to read them. */
export function createMosquittoAccounts(options: MosquittoAccountsOptions): BrokerAccounts {
  const { folder, server, pidFile, writeDurably, log } = options;
  let turn: Promise<unknown> = Promise.resolve();

  const put = async (name: string, text: string): Promise<boolean> => {
    const path = join(folder, name);
    const before = await readFile(path, 'utf8').catch(() => null); // missing or unreadable: writing tells
    if (before === text) return false;
    await writeDurably({ path, data: text, mode: 0o600, how: 'replace' });
    return true;
  };

  const write = async (boxes: readonly BrokerAccount[]): Promise<void> => {
    const accounts: BrokerAccount[] = [{ ...server, identity: { kind: 'server' } }, ...boxes];
    const unfit = accounts.find(({ username }) => !/^[A-Za-z0-9._-]+$/.test(username));
    if (unfit !== undefined) {
      throw new Fault('invalid', 'broker.username', `"${unfit.username}" cannot be a user name of Mosquitto.`);
    }
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const access = await put(BROKER_FILES.access, renderAccessList(accounts));
      const passwords = await put(BROKER_FILES.passwords, renderPasswords(accounts));
      if (!access && !passwords) return;
    } catch (error) {
      throw new Fault(
        'unavailable',
        'broker.files',
        `Mosquitto's files in ${folder} cannot be written: let the server's user write there.`,
        [],
        { cause: error },
      );
    }
    await reload(pidFile, log);
  };

  return {
    replaceAll(accounts) {
      // One after the other: of two calls the later must be the one that stays.
      const mine = turn.then(() => write(accounts));
      turn = mine.catch(() => undefined); // told to its own caller
      return mine;
    },
  };
}

async function reload(pidFile: string | null, log: Logger): Promise<void> {
  const remedy = 'reload Mosquitto (systemctl reload mosquitto), or boxes meet their old rights';
  if (pidFile === null) return log.warn('broker accounts changed, reload needed', { remedy });
  try {
    const pid = Number.parseInt(await readFile(pidFile, 'utf8'), 10);
    if (!(pid > 1)) throw new Error('no process id in it');
    // The number of a Mosquitto that is gone may be another program's by now, and SIGHUP ends most programs.
    const name = (await readFile(`/proc/${pid}/comm`, 'utf8')).trim();
    if (name !== 'mosquitto') throw new Error(`process ${pid} is ${name}`);
    process.kill(pid, 'SIGHUP');
    log.info('broker asked to read its accounts', { pid });
  } catch (error) {
    log.warn('broker accounts changed, reload failed', { pidFile, error: String(error), remedy });
  }
}
