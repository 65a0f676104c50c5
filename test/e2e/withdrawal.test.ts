import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { clip as clipSchema } from '../../shared/contract/api/clip.ts';
import { leftOut } from '../kit/needs.ts';
import { AgentProcess, ServerProcess } from '../kit/stack.ts';
import { writeSynthClip } from '../kit/synthClip.ts';
import { waitFor } from '../kit/wait.ts';
import { buildWorld, scheduleAt } from '../kit/world.ts';
import { fetchClips, soundings } from './evidence.ts';

const PLAY_MS = 8_000;

describe.skipIf(leftOut('withdrawal on a real box', ['ffmpeg']))('a withdrawn clip', () => {
  const folder = mkdtempSync(join(tmpdir(), 'loaban-withdrawal-'));
  const stops: (() => Promise<unknown>)[] = [];

  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
    rmSync(folder, { recursive: true, force: true });
  }, 30_000);

  it('falls silent where it plays, and is not heard again', async () => {
    const server = await ServerProcess.start({ dataDir: join(folder, 'server'), logFile: join(folder, 'server.log') });
    stops.push(() => server.stop());
    const { api } = server;
    const path = join(folder, 'clip.wav');
    writeSynthClip(path, 7, PLAY_MS / 1000);
    const world = await buildWorld(
      api,
      [{ title: 'Sai số liệu', theme: 'Thi đua', clips: [{ path, language: 'vi', voice: 'synth' }] }],
      Date.now(),
      () => undefined,
    );
    const [village] = world.villages;
    const [bulletin] = world.bulletins;
    if (!village || !bulletin) throw new Error('the world is empty');
    const wav = join(folder, 'village.wav');
    const { agentId, code } = await api.createAgent({ villageId: village.id, name: 'Cụm loa' });
    const box = new AgentProcess({
      serverUrl: server.url,
      dataDir: join(folder, 'agent'),
      logFile: join(folder, 'agent.log'),
      sink: `file:${wav}`,
      code,
    });
    stops.push(() => box.stop());
    const first = Math.ceil((Date.now() + 12_000) / 1000) * 1000;
    await scheduleAt(api, bulletin.id, [village.id], [first, first + 14_000]);
    const playing = async (): Promise<boolean> => {
      const { status } = await api.agent(agentId);
      return status?.online === true && status.playing !== null;
    };
    await waitFor(playing, 'the first play to begin', 30_000);
    // Real time is the subject: some seconds of it are on air before the mistake is noticed.
    await pause(Math.max(0, first + 3_000 - Date.now()));
    const list = z.object({ items: clipSchema.array() });
    const [recording] = (await api.call(list, 'GET', `/bulletins/${bulletin.id}/clips`)).items;
    if (!recording) throw new Error('the bulletin has no clip');
    await api.call(clipSchema, 'POST', `/clips/${recording.id}/withdraw`, { reason: 'Sai số liệu' });
    const withdrawnAt = Date.now();
    await waitFor(
      async () => (await api.sums('by=total'))[0]?.partly === 1,
      'the box to report what was heard',
      20_000,
    );
    const [entry, ...others] = (await api.ledger('')).items;
    expect(others).toEqual([]);
    expect(entry).toMatchObject({ at: first, outcome: 'partly', reason: 'withdrawn' });
    expect(entry?.heardMs).toBeGreaterThan(2_900);
    // Within a second of the answer, and so before anybody could hear the rest.
    expect((entry?.heardMs ?? 0) + first).toBeLessThan(withdrawnAt + 1_000);
    // Past the second time: still only the first beginning is in the recording.
    await pause(Math.max(0, first + 14_000 + 3_000 - Date.now()));
    await box.stop();
    const clips = await fetchClips(server.url, [entry?.clip ?? ''], folder);
    expect(soundings(wav, clips)).toHaveLength(1);
  }, 90_000);
});
