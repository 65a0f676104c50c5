import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StatusMessage } from '../../shared/contract/messages/status.ts';
import { ENGINES, type RunningEngine } from './engines.ts';
import {
  agent,
  areaOf,
  audio,
  bulletin,
  campaignOf,
  clipOf,
  fill,
  message,
  NOW,
  rule,
  SHA,
} from './registrySamples.ts';

for (const engine of ENGINES) {
  describe(`repositories on ${engine.name}`, () => {
    let running: RunningEngine;
    beforeAll(async () => {
      running = await engine.start();
    });
    afterAll(() => running.stop());

    it('gives back every row as it was put in', async () => {
      const store = await running.freshStore();
      const { areas, organisations, campaigns, bulletins, clips, scheduleRules, agents } = store.repositories;
      await fill(store.repositories);
      const clip = clipOf('clp-1', { processing: { state: 'running', progress: 0.25 } });
      await clips.insert(clip);
      await scheduleRules.insert(rule);
      await agents.insert(agent);
      expect(await areas.get('are-1')).toEqual(areaOf('are-1'));
      expect(await organisations.get('org-1')).toMatchObject({ name: 'Hội Nông dân', shortName: null });
      expect(await campaigns.get('cam-1')).toEqual(campaignOf('cam-1'));
      expect(await bulletins.get('bul-1')).toEqual(bulletin);
      expect(await clips.get('clp-1')).toEqual(clip);
      expect(await scheduleRules.get('rul-1')).toEqual(rule);
      expect(await agents.get('agt-1')).toEqual(agent);
      expect(await areas.get('are-none')).toBeNull();
    });

    it('changes whole rows, and refuses a taken id, a missing row and an unknown reference', async () => {
      const { repositories } = await running.freshStore();
      const { areas, campaigns, bulletins } = repositories;
      await fill(repositories);
      const moved = areaOf('are-1', { name: 'Bản Mới', languages: [], position: null, formerNames: [] });
      await areas.update(moved);
      expect(await areas.get('are-1')).toEqual(moved);
      await expect(areas.insert(moved)).rejects.toThrow();
      await expect(areas.update(areaOf('are-2'))).rejects.toThrow('are-2');
      await expect(areas.insert(areaOf('are-2', { parentId: 'are-none' }))).rejects.toThrow();
      const themes = [
        { id: 'cam-1-t1', name: 'Canh lửa ngày Tết' },
        { id: 'cam-1-t3', name: 'Mới' },
      ];
      await campaigns.update(campaignOf('cam-1', { themes }));
      expect((await campaigns.all())[0]?.themes).toEqual(themes);
      // The bulletin names the theme that goes: nothing of the change may stay.
      await expect(campaigns.update(campaignOf('cam-1', { name: 'X', themes: [] }))).rejects.toThrow();
      expect(await campaigns.get('cam-1')).toEqual(campaignOf('cam-1', { themes }));
      await expect(bulletins.insert({ ...bulletin, id: 'bul-2', areaId: 'are-none' })).rejects.toThrow();
    });

    it('pages in the order of ids', async () => {
      const { areas } = (await running.freshStore()).repositories;
      for (const id of ['are-b', 'are-a1', 'are-a-1', 'are-a', 'are-c']) await areas.insert(areaOf(id));
      const first = await areas.page({ limit: 3 });
      const second = await areas.page({ limit: 3, after: first.at(-1)?.id });
      expect([...first, ...second].map(({ id }) => id)).toEqual(['are-a', 'are-a-1', 'are-a1', 'are-b', 'are-c']);
      expect((await areas.all()).map(({ id }) => id)).toEqual([...first, ...second].map(({ id }) => id));
    });

    it('finds areas by code and by parent', async () => {
      const { areas } = (await running.freshStore()).repositories;
      await areas.insert(areaOf('are-p', { code: '01' }));
      await areas.insert(areaOf('are-v', { code: '02', parentId: 'are-p' }));
      await areas.insert(areaOf('are-w', { code: '02', parentId: 'are-p', validTo: '2026-01-01' }));
      expect((await areas.byCode('02')).map(({ id }) => id)).toEqual(['are-v', 'are-w']);
      expect((await areas.children('are-p')).map(({ id }) => id)).toEqual(['are-v', 'are-w']);
      expect((await areas.children(null)).map(({ id }) => id)).toEqual(['are-p']);
    });

    it('keeps one window policy an area', async () => {
      const { areas, windowPolicies } = (await running.freshStore()).repositories;
      await areas.insert(areaOf('are-1'));
      const policy = {
        windows: [{ days: ['mon' as const], from: '05:00', to: '06:00' }],
        volume: 70,
        volumeMin: 0,
        volumeMax: 90,
        zone: null,
      };
      await windowPolicies.put('are-1', policy);
      await windowPolicies.put('are-1', { ...policy, volume: 50 });
      expect(await windowPolicies.all()).toEqual([{ areaId: 'are-1', policy: { ...policy, volume: 50 } }]);
      expect(await windowPolicies.remove('are-1')).toBe(true);
      expect(await windowPolicies.remove('are-1')).toBe(false);
      expect(await windowPolicies.get('are-1')).toBeNull();
    });

    it('finds clips by bulletin, state, processing and audio, and keeps peaks and approvals', async () => {
      const store = await running.freshStore();
      const { clips } = store.repositories;
      await fill(store.repositories);
      await clips.insert(clipOf('clp-1'));
      await clips.insert(clipOf('clp-2', { processing: { state: 'running', progress: 0.5 } }));
      const ready = clipOf('clp-3', { processing: { state: 'ready' }, audio, state: 'approved', uploadedAt: NOW - 1 });
      await clips.insert({ ...ready, approvedSha256: audio.sha256 });
      expect((await clips.unfinished()).map(({ id }) => id)).toEqual(['clp-1', 'clp-2']);
      expect((await clips.ofBulletin('bul-1')).map(({ id }) => id)).toEqual(['clp-3', 'clp-1', 'clp-2']);
      expect(await clips.approved()).toEqual([{ ...ready, approvedSha256: audio.sha256 }]);
      expect(await clips.hasAudio(audio.sha256)).toBe(true);
      expect(await clips.hasAudio(SHA)).toBe(false);
      const peaks = Int8Array.from([-127, 127, -1, 0, 64, 5]);
      await clips.putPeaks('clp-3', { peaksPerSecond: 10, peaks: new Int8Array(4) });
      await clips.putPeaks('clp-3', { peaksPerSecond: 20, peaks });
      expect(await clips.peaks('clp-3')).toEqual({ peaksPerSecond: 20, peaks });
      expect(await clips.peaks('clp-1')).toBeNull();
      const step = { clipId: 'clp-3', by: 'usr-1', at: NOW, reason: null, sha256: audio.sha256 };
      await clips.addApproval({ ...step, action: 'submit' });
      await clips.addApproval({ ...step, action: 'approve' });
      expect((await clips.approvals('clp-3')).map(({ action }) => action)).toEqual(['submit', 'approve']);
    });

    it('finds rules that are active, and removes rules', async () => {
      const store = await running.freshStore();
      const { scheduleRules } = store.repositories;
      await fill(store.repositories);
      await scheduleRules.insert(rule);
      await scheduleRules.insert({ ...rule, id: 'rul-2', active: false });
      expect(await scheduleRules.active()).toEqual([rule]);
      expect(await scheduleRules.ofBulletin('bul-1')).toHaveLength(2);
      expect(await scheduleRules.remove('rul-1')).toBe(true);
      expect(await scheduleRules.remove('rul-1')).toBe(false);
    });

    it('keeps what it knows of agents', async () => {
      const { areas, agents } = (await running.freshStore()).repositories;
      await areas.insert(areaOf('are-1'));
      await agents.insert(agent);
      const secrets = {
        agentId: 'agt-1',
        codeHash: 'c1',
        codeExpiresAt: NOW,
        installationHash: null,
        brokerPasswordHash: null,
      };
      await agents.putSecrets(secrets);
      const enrolled = { ...secrets, installationHash: 'i', brokerPasswordHash: 'p' };
      await agents.putSecrets(enrolled);
      expect(await agents.byCodeHash('c1')).toEqual(enrolled);
      expect(await agents.byCodeHash('c2')).toBeNull();
      expect(await agents.allSecrets()).toEqual([enrolled]);
      const status: StatusMessage = { v: 1, agent: 'agt-1', online: false };
      await agents.putStatus('agt-1', status, NOW);
      await agents.putStatus('agt-1', status, NOW + 1);
      expect(await agents.status('agt-1')).toEqual({ status, heardAt: NOW + 1 });
      expect((await agents.statuses()).get('agt-1')).toEqual({ status, heardAt: NOW + 1 });
      expect(await agents.ofVillage('are-1')).toEqual([agent]);
    });

    it('numbers outgoing messages without ever giving a number twice', async () => {
      const store = await running.freshStore();
      const { outgoing } = store.repositories;
      const next = () => store.transaction((repositories) => repositories.outgoing.nextSeq('plan', 'agt-1'));
      expect(await Promise.all([next(), next(), next()])).toEqual([1, 2, 3]);
      await expect(
        store.transaction(async (repositories) => {
          await repositories.outgoing.nextSeq('plan', 'agt-1');
          throw new Error('changed my mind');
        }),
      ).rejects.toThrow('changed my mind');
      await outgoing.put({ ...message, seq: await next() });
      await outgoing.remove('plan', 'agt-1');
      expect(await next()).toBe(5);
      expect(await outgoing.nextSeq('config', 'agt-1')).toBe(1);
    });

    it('sends out the oldest first until the broker has the newest of each', async () => {
      const { outgoing } = (await running.freshStore()).repositories;
      await outgoing.put({ ...message, subject: 'agt-2' });
      await outgoing.put(message);
      await outgoing.put({ ...message, kind: 'config' });
      await outgoing.put({ ...message, subject: 'agt-2', seq: 2 });
      const keys = async () => (await outgoing.unpublished(10)).map(({ kind, subject, seq }) => [kind, subject, seq]);
      expect(await keys()).toEqual([
        ['plan', 'agt-1', 1],
        ['config', 'agt-1', 1],
        ['plan', 'agt-2', 2],
      ]);
      await outgoing.markPublished('plan', 'agt-2', 1);
      await outgoing.markPublished('plan', 'agt-1', 1);
      expect(await keys()).toEqual([
        ['config', 'agt-1', 1],
        ['plan', 'agt-2', 2],
      ]);
      expect((await outgoing.get('plan', 'agt-1'))?.published).toBe(true);
      expect(await outgoing.markAllUnpublished(['plan'])).toBe(2);
      expect(await outgoing.unpublished(1)).toHaveLength(1);
      expect(await keys()).toHaveLength(3);
    });

    it('adds to the audit log and pages it from the newest', async () => {
      const { audit } = (await running.freshStore()).repositories;
      for (const action of ['a', 'b', 'c'])
        await audit.add({ at: NOW, actor: 'system', action, subject: null, detail: { field: ['é', null, 1.5] } });
      const [newest, second] = await audit.page(2);
      expect([newest?.action, second?.action]).toEqual(['c', 'b']);
      expect(newest?.detail).toEqual({ field: ['é', null, 1.5] });
      expect((await audit.page(2, second?.n)).map(({ action }) => action)).toEqual(['a']);
    });

    it('keeps users, their passwords and their tokens', async () => {
      const { users } = (await running.freshStore()).repositories;
      const user = { id: 'usr-1', username: 'lan', name: 'Lan', role: 'editor' as const, createdAt: NOW };
      await users.insert(user);
      await expect(users.insert({ ...user, id: 'usr-2' })).rejects.toThrow();
      expect(await users.byUsername('lan')).toEqual(user);
      expect(await users.passwordHash('usr-1')).toBeNull();
      await users.putPasswordHash('usr-1', 'one');
      await users.putPasswordHash('usr-1', 'two');
      expect(await users.passwordHash('usr-1')).toBe('two');
      const token = { id: 'tok-1', userId: 'usr-1', kind: 'api' as const, name: 's', hash: 'h1', createdAt: NOW };
      await users.addToken({ ...token, expiresAt: NOW + 1 });
      await users.addToken({ ...token, id: 'tok-2', hash: 'h2', expiresAt: NOW });
      expect((await users.tokenByHash('h1'))?.id).toBe('tok-1');
      expect(await users.removeExpiredTokens(NOW)).toBe(1);
      expect((await users.tokensOf('usr-1')).map(({ id }) => id)).toEqual(['tok-1']);
      expect(await users.removeToken('tok-1')).toBe(true);
      expect(await users.tokenByHash('h1')).toBeNull();
    });
  });
}
