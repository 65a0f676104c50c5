import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Api } from '../kit/api.ts';
import { findClip } from '../kit/correlate.ts';
import { leftOut } from '../kit/needs.ts';
import { RunningProcess } from '../kit/processes.ts';
import { PULSE_PROGRAMS, type PulseRecording, type PulseServer, startPulse } from '../kit/pulse.ts';
import { waitFor } from '../kit/wait.ts';
import { contradictions, fetchClips, soundings } from './evidence.ts';

/** The samples share their greeting: they are told apart by more than that. */
const WHOLE_MS = 15_000;
const ROOT = join(import.meta.dirname, '..', '..');

describe.skipIf(leftOut('the demo, held against its recordings', ['ffmpeg']))('npm run demo', () => {
  const folder = mkdtempSync(join(tmpdir(), 'loaban-demo-'));
  const silent = leftOut('the demo through a sound server', PULSE_PROGRAMS);
  let pulse: PulseServer | null = null;
  let recording: PulseRecording | null = null;
  let demo: RunningProcess;

  beforeAll(async () => {
    if (!silent) {
      pulse = await startPulse();
      recording = await pulse.record();
    }
    demo = new RunningProcess({
      command: process.execPath,
      args: [join(ROOT, 'test', 'demo', 'main.ts'), '--folder', join(folder, 'demo')],
      cwd: ROOT,
      logFile: join(folder, 'demo.log'),
      env: { ...process.env, PULSE_SERVER: pulse?.server ?? '/nowhere/native' },
    });
  });

  afterAll(async () => {
    await demo.stop();
    await pulse?.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 30_000);

  it('sounds within half a minute, in three villages, as the ledger and the recordings say alike', async () => {
    const started = performance.now();
    const login = await demo.line(/admin \/ /, 30_000);
    const [, url = '', password = ''] = /(http\S+)\s+admin \/ (\S+)/.exec(login) ?? [];
    const api = new Api(url);
    await api.signIn('admin', password);
    await demo.line(/▶/, 60_000);
    // The machine may have other tests to do; on a quiet one it is a third of this.
    expect(performance.now() - started).toBeLessThan(60_000);
    await waitFor(
      async () => (await api.sums('outcome=played'))[0]?.played === 6,
      'two bulletins in three villages',
      90_000,
    );

    const { items } = await api.ledger('');
    const open = items.filter((entry) => entry.outcome === 'pending' || entry.outcome === 'unknown');
    const until = Math.min(...open.map((entry) => entry.at));
    const settled = items.filter((entry) => entry.at < until);
    const clips = await fetchClips(
      url,
      items.map((entry) => entry.clip),
      folder,
    );
    const agents = (await api.agents()).items.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    expect(agents).toHaveLength(3);
    for (const [index, agent] of agents.entries()) {
      const heard = soundings(join(folder, 'demo', 'sound', `village-${index + 1}.wav`), clips, WHOLE_MS);
      expect(
        contradictions(
          settled.filter(({ agentId }) => agentId === agent.id),
          heard.filter(({ at }) => at < until - 1_000),
        ),
      ).toEqual([]);
    }
    demo.signal('SIGINT');
    expect(await demo.ended()).toBe(0);
    if (recording === null) return;
    // What came out of the loudspeaker, by a witness that knows nothing of the agents: three villages in unison.
    const loudspeaker = await recording.stop();
    const [first] = settled.toSorted((a, b) => a.at - b.at);
    const chime = clips.get(first?.clip ?? '');
    if (chime === undefined) throw new Error('nothing was settled');
    expect(findClip(loudspeaker, chime, { probeMs: WHOLE_MS })).toHaveLength(1);
  }, 180_000);
});
