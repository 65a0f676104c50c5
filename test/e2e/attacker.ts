import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { ENVELOPE_ALGORITHM, ENVELOPE_TYPE, type SignedKind } from '../../shared/contract/envelope.ts';
import { TOPICS, topicFor } from '../../shared/contract/topics.ts';
import { connectPeer } from '../kit/peer.ts';

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A message as the server would make it, but signed with a key of the attacker's own. */
function forged(kind: SignedKind, subject: string, body: unknown): string {
  const { privateKey } = generateKeyPairSync('ed25519');
  const now = Math.floor(Date.now() / 1000);
  const claims = { sub: subject, kind, iat: now, exp: now + 3600, seq: 1_000_000_000, body };
  const head = `${base64url({ alg: ENVELOPE_ALGORITHM, typ: ENVELOPE_TYPE })}.${base64url(claims)}`;
  return `${head}.${sign(null, Buffer.from(head), createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' }))).toString('base64url')}`;
}

/** The same text with one letter of its claims changed: the signature no longer fits. */
function altered(jws: string): string {
  const [head = '', claims = '', signature = ''] = jws.split('.');
  const text = Buffer.from(claims, 'base64url')
    .toString('utf8')
    .replace(/"at":(\d)/, (_, digit) => `"at":${(Number(digit) + 1) % 10}`);
  return [head, Buffer.from(text).toString('base64url'), signature].join('.');
}

export interface Attack {
  readonly port: number;
  readonly username: string;
  readonly password: string;
  /** Boxes to be attacked. */
  readonly agents: readonly string[];
  /** Messages taken down earlier, by the box they were for: what a patient listener has. */
  readonly recorded: ReadonlyMap<string, readonly string[]>;
}

/** Everything that somebody with the whole broker can send to the boxes. Returns how many messages that were. */
export async function attack({ port, username, password, agents, recorded }: Attack): Promise<number> {
  const peer = await connectPeer(port, { username, password, clientId: username });
  let sent = 0;
  const send = async (kind: SignedKind, agent: string, payload: string | Buffer): Promise<void> => {
    await peer.client.publishAsync(topicFor(kind, agent), payload, { qos: 1, retain: TOPICS[kind].retain });
    sent += 1;
  };
  const silence = {
    v: 1,
    items: [],
    clips: [],
    from: Date.now() - 1000,
    until: Date.now() + 86_400_000,
    zone: 'Asia/Ho_Chi_Minh',
  };
  for (const [index, agent] of agents.entries()) {
    const other = agents[(index + 1) % agents.length] ?? agent;
    const own = recorded.get(agent) ?? [];
    const newest = own.at(-1) ?? '';
    await send('plan', agent, forged('plan', agent, { ...silence, agent, village: 'x' }));
    await send('plan', agent, altered(newest));
    await send('plan', agent, newest.replace(/^[^.]+/, base64url({ alg: 'none', typ: ENVELOPE_TYPE })));
    for (const old of own.slice(0, -1)) await send('plan', agent, old);
    for (const theirs of recorded.get(other) ?? []) await send('plan', agent, theirs);
    await send('config', agent, newest);
    await send(
      'command',
      agent,
      forged('command', agent, { v: 1, agent, command: 'cmd-x', ask: { kind: 'testTone', seconds: 10 } }),
    );
    await send(
      'command',
      agent,
      JSON.stringify({ v: 1, agent, command: 'cmd-y', ask: { kind: 'testTone', seconds: 10 } }),
    );
    await send('receipt', agent, forged('receipt', agent, { v: 1, agent, upTo: 1_000_000 }));
    await send('plan', agent, Buffer.from([0, 159, 146, 150, 255]));
    await send('plan', agent, '');
  }
  await peer.client.endAsync();
  return sent;
}
