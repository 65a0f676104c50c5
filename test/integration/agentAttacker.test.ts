import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPair } from 'jose';
import { expect, it } from 'vitest';
import { moveDurably } from '../../agent/adapters/files/durable.ts';
import { JsonLog } from '../../agent/adapters/log/jsonLog.ts';
import { directNetwork } from '../../agent/adapters/network/directNetwork.ts';
import { systemClock } from '../../agent/adapters/system/systemClock.ts';
import { composeAgent } from '../../agent/compose.ts';
import { topicFor } from '../../shared/contract/topics.ts';
import { AGENT, CODE, COMMUNE, FakeServer } from '../kit/fakeServer.ts';
import { PacedPlayer } from '../kit/pacedPlayer.ts';
import { waitFor } from '../kit/wait.ts';

it('an attacker who holds the whole broker changes nothing, crashes nothing, and is reported', async () => {
  const server = await FakeServer.start();
  const data = await mkdtemp(join(tmpdir(), 'loaban-attacked-'));
  const log = new JsonLog({ write: () => undefined, now: () => Date.now() });
  const player = new PacedPlayer(systemClock);
  const network = directNetwork(moveDurably);
  const agent = composeAgent({ server: server.url, data, sink: 'null', player, enrolCode: CODE, log, network });
  try {
    await agent.start();
    await waitFor(() => server.lastStatus?.online === true, 'the agent to be online');
    const status = () => (server.lastStatus?.online === true ? server.lastStatus : null);
    const clip = server.addClip(Buffer.alloc(5_000, 1));
    const evil = server.addClip(Buffer.alloc(5_000, 2));
    const at = Date.now() + 6_000;
    await server.sendConfig();
    const oldPlan = await server.sendPlan([server.item('old', evil, at, 300)]);
    await waitFor(() => status()?.planSeq === 1, 'the first plan');
    await server.sendPlan([server.item('good', clip, at, 500)]);
    await waitFor(() => status()?.planSeq === 2, 'the second plan');

    const topic = topicFor('plan', AGENT);
    const plan = server.plan([server.item('evil', evil, at, 500)]);
    const fresh = server.claims('plan', 99, plan);
    const thief = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
    const signed = await server.sign(fresh);
    const [header = '', , signature = ''] = signed.split('.');
    const other = Buffer.from(JSON.stringify({ ...fresh, seq: 100 })).toString('base64url');
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'loaban+jws' })).toString('base64url');
    const now = Math.floor(Date.now() / 1000);
    // Held back until now: the server signed it for somebody else, as something else, long ago, or for another purpose.
    const misused = [
      { ...fresh, sub: 'agt-other' },
      { ...fresh, kind: 'config' as const },
      { ...fresh, iat: now - 600_000, exp: now - 10 },
      { ...fresh, iat: now, exp: now + 10 * 366 * 86_400 },
    ];
    const attacks: (string | Buffer)[] = [
      'x',
      Buffer.from([0, 255, 254, 1, 2, 3]),
      Buffer.alloc(1_000_000, 0x2e),
      JSON.stringify(plan),
      Buffer.alloc(12_000_000, 0x41), // longer than any topic allows
      await server.sign(fresh, thief.privateKey),
      `${header}.${other}.${signature}`,
      `${none}.${other}.`,
      `${none}.${other}.${signature}`,
      await server.sign(fresh, undefined, { typ: 'JWT' }),
      oldPlan,
      ...(await Promise.all(misused.map((claims) => server.sign(claims)))),
    ];
    for (const attack of attacks) await server.publishRaw(topic, attack, true);
    const command = { v: 1, agent: AGENT, command: 'cmd-evil', ask: { kind: 'testTone', seconds: 1 } };
    const onCommand = topicFor('command', AGENT);
    await server.publishRaw(onCommand, await server.sign(server.claims('command', 7, command), thief.privateKey));
    await server.publishRaw(onCommand, await server.sign(server.claims('plan', 101, plan)));
    await server.publishRaw(topicFor('interrupt', COMMUNE), 'wake up');
    const receipt = server.claims('receipt', 50, { v: 1, agent: AGENT, upTo: 1_000 });
    await server.publishRaw(topicFor('receipt', AGENT), await server.sign(receipt, thief.privateKey));

    await waitFor(() => server.playbacks.length > 0, 'the record of the good item');
    await waitFor(() => (status()?.rejected ?? 0) >= attacks.length + 4, 'all attacks to be counted');
    expect(player.witnessed.map((witnessed) => witnessed.itemId)).toEqual(['good']);
    expect(server.playbacks).toMatchObject([{ item: 'good', outcome: 'played', planSeq: 2 }]);
    expect([...server.records.values()].filter((record) => record.kind === 'result')).toEqual([]);
    const codes = [...server.records.values()].flatMap((record) => (record.kind === 'fault' ? [record.code] : []));
    // One record a code, however many attacks: the disk cannot be filled.
    expect(codes.sort()).toEqual([
      'message.badSignature',
      'message.expired',
      'message.malformed',
      'message.replayed',
      'message.tooLarge',
      'message.wrongKind',
      'message.wrongSubject',
    ]);
    expect(log.tail(200).filter((line) => line.includes('no connection'))).toEqual([]);
  } finally {
    await agent.stop();
    await server.down();
    await rm(data, { recursive: true, force: true });
  }
}, 60_000);
