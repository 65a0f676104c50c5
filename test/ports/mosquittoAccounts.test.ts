import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSecrets } from '../../server/adapters/crypto/secrets.ts';
import { writeDurably } from '../../server/adapters/files/writeDurably.ts';
import { createMosquittoAccounts } from '../../server/adapters/mqtt/mosquitto/mosquittoAccounts.ts';
import { recordingLog } from '../kit/brokers.ts';
import { findProgram, leftOut } from '../kit/needs.ts';
import { accountOf } from '../kit/peer.ts';

describe("Mosquitto's files", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'loaban-files-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const open = (pidFile: string | null = null) => {
    const log = recordingLog();
    const server = { username: 'loaban-server', passwordHash: '$7$101$c2FsdA==$aGFzaA==' };
    return { log, accounts: createMosquittoAccounts({ folder, server, pidFile, writeDurably, log }) };
  };

  it('hold every account and right, for the owner only', async () => {
    const { accounts, log } = open();
    const box = await accountOf('agt-1', { kind: 'agent', agent: 'agt-1', areas: ['are-v', 'are-c'] });
    await accounts.replaceAll([box]);
    expect(await readFile(join(folder, 'passwd'), 'utf8')).toBe(
      `agt-1:${box.passwordHash}\nloaban-server:$7$101$c2FsdA==$aGFzaA==\n`,
    );
    const [, ofBox] = /user agt-1\n([\s\S]*?)\n\n/.exec(await readFile(join(folder, 'acl'), 'utf8')) ?? [];
    expect(ofBox?.split('\n')).toEqual([
      'topic write loaban/v1/agents/agt-1/status',
      'topic write loaban/v1/agents/agt-1/report',
      'topic read loaban/v1/agents/agt-1/plan',
      'topic read loaban/v1/agents/agt-1/config',
      'topic read loaban/v1/agents/agt-1/command',
      'topic read loaban/v1/agents/agt-1/receipt',
      'topic read loaban/v1/areas/are-v/interrupt',
      'topic read loaban/v1/areas/are-c/interrupt',
    ]);
    for (const name of ['passwd', 'acl']) expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
    expect(log.lines.join()).toMatch(/WARN broker accounts changed, reload needed/);
  });

  it('stay as they are when nothing changed, and end as the last call says', async () => {
    const { accounts, log } = open();
    const box = await accountOf('agt-1', { kind: 'agent', agent: 'agt-1', areas: [] });
    await Promise.all([accounts.replaceAll([box]), accounts.replaceAll([]), accounts.replaceAll([box])]);
    expect(await readFile(join(folder, 'passwd'), 'utf8')).toContain('agt-1:');
    const before = log.lines.length;
    await accounts.replaceAll([box]);
    expect(log.lines).toHaveLength(before);
  });

  it('never signal a process that is no Mosquitto', async () => {
    const pidFile = join(folder, 'stale.pid');
    await writeDurably({ path: pidFile, data: `${process.pid}\n`, mode: 0o600, how: 'create' });
    const { accounts, log } = open(pidFile);
    await accounts.replaceAll([]);
    expect(log.lines.join()).toMatch(/WARN broker accounts changed, reload failed.*is /);
  });

  it('take no user name that would break their form', async () => {
    const { accounts } = open();
    const bad = await accountOf('agt-1\nuser x', { kind: 'agent', agent: 'agt-1', areas: [] });
    await expect(accounts.replaceAll([bad])).rejects.toMatchObject({ code: 'broker.username' });
  });

  it.skipIf(leftOut('hashes of mosquitto_passwd', ['mosquitto_passwd']))(
    'have hashes in the very form of mosquitto_passwd',
    async () => {
      const file = join(folder, 'theirs');
      await promisify(execFile)(findProgram('mosquitto_passwd') ?? '', ['-c', '-b', file, 'agt-1', 'bí mật']);
      const theirs = (await readFile(file, 'utf8')).trim().slice('agt-1:'.length);
      const secrets = createSecrets();
      expect(await secrets.verifyBrokerPassword('bí mật', theirs)).toBe(true);
      expect(await secrets.verifyBrokerPassword('khác', theirs)).toBe(false);
    },
  );
});
