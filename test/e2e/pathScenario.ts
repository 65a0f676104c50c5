import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { LedgerEntry } from '../../shared/contract/api/ledger.ts';
import { AgentProcess, ServerProcess } from '../kit/stack.ts';
import { writeSynthClip } from '../kit/synthClip.ts';
import { waitFor } from '../kit/wait.ts';
import { buildWorld, scheduleAt, type World } from '../kit/world.ts';
import { attack } from './attacker.ts';
import type { Backing } from './backing.ts';
import { contradictions, fetchClips, soundings } from './evidence.ts';

const CLIPS = 3;
const CLIP_SECONDS = 6;
const SLOT_MS = 9_000;
const SLOTS = 8;
const LEAD_MS = 12_000;

export interface PathOptions {
  /** This machine lacks what it needs. */
  readonly leftOut: boolean;
  /** Somebody who has the broker's password tries everything in the middle of it. */
  readonly hostile: boolean;
}

interface Box {
  readonly id: string;
  readonly villageId: string;
  readonly dataDir: string;
  readonly wav: string;
  readonly process: AgentProcess;
}

/** Real time is the subject here: the test goes along with the broadcast. */
const until = (instant: number): Promise<void> => pause(Math.max(0, instant - Date.now()));

const heldPlan = z.object({ token: z.string() });
const readPlan = (box: Box): string =>
  heldPlan.parse(JSON.parse(readFileSync(join(box.dataDir, 'plan.json'), 'utf8'))).token;

/**
 * The whole path with processes of their own, over one broadcast in which everything is lost once: the server by kill -9,
 * then the broker, then a box by kill -9 in the middle of a play; and in which somebody who has the broker does his worst.
 * At the end the ledger must be whole, and agree with what the villages' recordings hold.
 */
export function describePath(makeBacking: (folder: string) => Promise<Backing>, options: PathOptions): void {
  const { hostile } = options;
  describe.skipIf(options.leftOut)('an uploaded clip becomes a reported play', () => {
    const folder = mkdtempSync(join(tmpdir(), 'loaban-path-'));
    const stops: (() => Promise<unknown>)[] = [];
    let server: ServerProcess;
    let backing: Backing;
    let world: World;
    let boxes: Box[] = [];
    let entries: readonly LedgerEntry[] = [];
    let attacks = 0;

    async function addBox(index: number): Promise<Box> {
      const village = world.villages[index];
      if (!village) throw new Error(`no village ${index}`);
      const { agentId, code } = await server.api.createAgent({ villageId: village.id, name: `Cụm loa ${index + 1}` });
      const dataDir = join(folder, `agent-${index + 1}`);
      const wav = join(folder, `village-${index + 1}.wav`);
      const process = new AgentProcess({
        serverUrl: server.url,
        dataDir,
        logFile: join(folder, 'logs', `agent-${index + 1}.log`),
        sink: `file:${wav}`,
        code,
      });
      stops.push(() => process.stop());
      return { id: agentId, villageId: village.id, dataDir, wav, process };
    }

    async function holdsNewestPlan(box: Box): Promise<boolean> {
      const { planSeq, status } = await server.api.agent(box.id);
      return planSeq > 0 && status?.online === true && status.planSeq === planSeq;
    }

    beforeAll(async () => {
      mkdirSync(join(folder, 'logs'));
      backing = await makeBacking(folder);
      stops.push(() => backing.close());
      server = await ServerProcess.start({
        dataDir: join(folder, 'server'),
        logFile: join(folder, 'logs', 'server.log'),
        env: backing.env,
      });
      stops.push(() => server.stop());
      const bulletins = Array.from({ length: CLIPS }, (_, index) => {
        const path = join(folder, `clip-${index}.wav`);
        writeSynthClip(path, index + 1, CLIP_SECONDS);
        return { title: `Bản tin ${index + 1}`, theme: 'Thi đua', clips: [{ path, language: 'vi', voice: 'synth' }] };
      });
      world = await buildWorld(server.api, bulletins, Date.now(), () => undefined);
      boxes = [await addBox(0), await addBox(1), await addBox(2)];
    }, 90_000);

    afterAll(async () => {
      // Boxes first, then the server, then what it stands on.
      for (const stop of stops.reverse()) await stop();
      rmSync(folder, { recursive: true, force: true });
    }, 60_000);

    it('plays a whole broadcast through every fault, and the ledger ends complete', async () => {
      const recorded = new Map<string, string[]>(boxes.map((box) => [box.id, []]));
      await waitFor(
        async () => (await Promise.all(boxes.map(holdsNewestPlan))).every(Boolean),
        'every box to hold its first plan',
        30_000,
      );
      for (const box of boxes) recorded.get(box.id)?.push(readPlan(box));

      const first = Math.ceil((Date.now() + LEAD_MS) / 1000) * 1000;
      const slot = (index: number): number => first + index * SLOT_MS;
      for (const [index, bulletin] of world.bulletins.entries()) {
        const times = Array.from({ length: SLOTS }, (_, turn) => turn).filter((turn) => turn % CLIPS === index);
        await scheduleAt(server.api, bulletin.id, [world.communeId], times.map(slot));
      }
      await waitFor(
        async () => (await Promise.all(boxes.map(holdsNewestPlan))).every(Boolean),
        'every box to hold the schedule',
        LEAD_MS - 1_000,
      );
      for (const box of boxes) recorded.get(box.id)?.push(readPlan(box));

      // Slot 1: a box loses power in the middle of a play.
      await until(slot(1) + 3_000);
      await boxes[0]?.process.kill9();
      boxes[0]?.process.restart();
      // Slot 2: the server is gone from before the play until after it.
      await until(slot(2) - 1_000);
      await server.kill9();
      await until(slot(2) + CLIP_SECONDS * 1000 + 500);
      await server.restart();
      // Slot 4: the broker is gone; where it lives inside the server, both are.
      await until(slot(4) - 1_000);
      if (backing.broker) await backing.broker.stop();
      else await server.stop();
      await until(slot(4) + CLIP_SECONDS * 1000 + 500);
      if (backing.broker) await backing.broker.restart();
      else await server.restart();
      // Before slot 6: somebody who has the broker tries everything.
      if (hostile && backing.broker && backing.brokerPassword) {
        await until(slot(5) + 1_000);
        const { broker, brokerPassword: password } = backing;
        attacks = await attack({
          port: broker.port,
          username: 'loaban-server',
          password,
          agents: boxes.map((box) => box.id),
          recorded,
        });
      }
      await until(slot(SLOTS - 1) + CLIP_SECONDS * 1000 + 500);
      await waitFor(
        async () => {
          const [sum] = await server.api.sums('by=total');
          return sum !== undefined && sum.planned === SLOTS * boxes.length && sum.unknown + sum.pending === 0;
        },
        'the ledger to be complete',
        90_000,
      );
      entries = (await server.api.ledger('')).items;
      expect(entries).toHaveLength(SLOTS * boxes.length);
    }, 240_000);

    it('settled each planned play exactly once, and the sums equal the plan', async () => {
      expect(new Set(entries.map((entry) => `${entry.agentId} ${entry.itemId}`)).size).toBe(entries.length);
      const [total] = await server.api.sums('by=total');
      expect(total).toMatchObject({ planned: entries.length, unknown: 0, pending: 0 });
      const byVillage = await server.api.sums('by=village');
      for (const key of ['planned', 'played', 'partly', 'skipped', 'heardMs'] as const) {
        expect(byVillage.reduce((sum, village) => sum + village[key], 0)).toBe(total?.[key]);
      }
    });

    it('lost nothing but the play in which the power went', () => {
      const notWhole = entries.filter((entry) => entry.outcome !== 'played');
      expect(notWhole.map(({ agentId, outcome, reason }) => ({ agentId, outcome, reason }))).toEqual([
        { agentId: boxes[0]?.id, outcome: 'partly', reason: 'interrupted' },
      ]);
    });

    it('says the same as the recordings, second by second', async () => {
      const clips = await fetchClips(
        server.url,
        entries.map((entry) => entry.clip),
        folder,
      );
      expect(clips.size).toBe(CLIPS);
      for (const box of boxes) {
        const own = entries.filter((entry) => entry.agentId === box.id);
        expect(contradictions(own, soundings(box.wav, clips))).toEqual([]);
      }
    }, 60_000);

    // Nobody outside the server has the embedded broker's password; that case is the agent's own test.
    if (!hostile) return;
    it('was not moved by whoever had the broker', async () => {
      expect(attacks).toBeGreaterThan(20);
      for (const box of boxes) {
        const { status } = await server.api.agent(box.id);
        expect(status?.online === true ? status.rejected : 0).toBeGreaterThan(3);
      }
    });
  });
}
