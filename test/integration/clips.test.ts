import { chmod, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { approveClip } from '../../server/usecases/clips/approveClip.ts';
import { getPeaks, listApprovals, listClips } from '../../server/usecases/clips/listClips.ts';
import { ClipQueue } from '../../server/usecases/clips/processClips.ts';
import { returnClip } from '../../server/usecases/clips/returnClip.ts';
import { submitClip } from '../../server/usecases/clips/submitClip.ts';
import { withdrawClip } from '../../server/usecases/clips/withdrawClip.ts';
import { EDITOR, Registry } from '../kit/registry.ts';
import { waitFor } from '../kit/wait.ts';

const APPROVER = { id: 'usr-approver' };
const MORNING = 'bulletins/chao-buoi-sang.mp3';

let at: Registry;
beforeEach(async () => {
  at = await Registry.open();
});
afterEach(() => at.close());

/** Waits until the processing of a clip has reached a state. */
async function seen(clipId: string, wanted: (state: string) => boolean): Promise<void> {
  await waitFor(async () => wanted((await at.clip(clipId)).processing.state), `clip ${clipId}`);
}

describe('a recording', () => {
  it('goes from upload to approval and off the air again, with its history', async () => {
    const { id: bulletinId } = await at.bulletin();
    const told: string[] = [];
    at.parts.events.subscribe((event) => told.push(event.kind === 'clip' ? event.clipId : event.kind));
    const uploaded = await at.upload(bulletinId, MORNING);
    expect(uploaded).toMatchObject({ state: 'draft', processing: { state: 'queued' }, audio: null });
    expect(await at.refused(() => getPeaks(at.parts, uploaded.id))).toMatchObject({ code: 'clip.notReady' });
    await at.queue.idle();
    const ready = await at.clip(uploaded.id);
    expect(ready.processing).toEqual({ state: 'ready' });
    const audio = ready.audio;
    if (audio === null) throw new Error('ready without audio');
    expect(Math.abs(audio.lufs + 16)).toBeLessThanOrEqual(0.5);
    expect(audio.truePeakDb).toBeLessThanOrEqual(-1.5);
    expect(await at.parts.blobs.size(audio.sha256)).toBe(audio.bytes);
    expect(await at.parts.blobs.has(ready.original.sha256)).toBe(true);
    const { peaks, peaksPerSecond } = await getPeaks(at.parts, ready.id);
    expect(Math.abs(peaks.length / 2 / peaksPerSecond - audio.durationMs / 1000)).toBeLessThan(0.2);
    expect(told.length).toBeGreaterThan(3);
    expect(new Set(told)).toEqual(new Set([ready.id]));

    at.clock.now += 1000;
    expect((await submitClip(at.parts, EDITOR, ready.id)).state).toBe('submitted');
    expect((await returnClip(at.parts, APPROVER, ready.id, 'Đọc lại tên bản')).reason).toBe('Đọc lại tên bản');
    await submitClip(at.parts, EDITOR, ready.id);
    expect(at.refreshed).toEqual([]);
    expect(await approveClip(at.parts, APPROVER, ready.id)).toMatchObject({
      state: 'approved',
      approvedSha256: audio.sha256,
      reason: null,
    });
    expect(at.refreshed).toEqual(['clip approved']);
    expect(await withdrawClip(at.parts, APPROVER, ready.id, 'Sai số liệu')).toMatchObject({
      state: 'withdrawn',
      approvedSha256: null,
    });
    expect(at.refreshed).toEqual(['clip approved', 'clip withdrawn']);
    const history = await listApprovals(at.parts, ready.id);
    expect(history.map(({ action }) => action)).toEqual(['submit', 'return', 'submit', 'approve', 'withdraw']);
    expect(history.at(-1)).toEqual({
      clipId: ready.id,
      action: 'withdraw',
      by: APPROVER.id,
      at: at.clock.now,
      reason: 'Sai số liệu',
      sha256: audio.sha256,
    });
    const audited = (await at.parts.store.repositories.audit.page(100)).map(({ action }) => action);
    expect(audited).toEqual(expect.arrayContaining(['clip.upload', 'clip.ready', 'clip.approve', 'clip.withdraw']));
  });

  it('gives way to another of its language unless somebody has it before them, or it is on air', async () => {
    const { id: bulletinId } = await at.bulletin();
    const first = await at.ready(bulletinId, MORNING);
    const south = await at.upload(bulletinId, 'variants/phong-chong-thien-tai.south.opus', 'vi-x-south');
    expect(south.id).not.toBe(first.id);
    at.clock.now += 1000;
    const second = await at.ready(bulletinId, 'bulletins/xoa-nha-tam.mp3');
    expect(second).toMatchObject({ id: first.id, state: 'draft', processing: { state: 'ready' } });
    expect(second.audio?.sha256).not.toBe(first.audio?.sha256);
    expect((await listClips(at.parts, bulletinId, { limit: 100 })).items).toHaveLength(2);

    await submitClip(at.parts, EDITOR, second.id);
    const again = () => at.upload(bulletinId, MORNING);
    const taken = { kind: 'conflict', fields: ['language'] };
    expect(await at.refused(again)).toMatchObject({ ...taken, code: 'clip.submitted' });
    await approveClip(at.parts, APPROVER, second.id);
    expect(await at.refused(again)).toMatchObject({ ...taken, code: 'clip.approved' });
    await withdrawClip(at.parts, APPROVER, second.id, 'cũ');
    at.clock.now += 1000;
    expect(await at.ready(bulletinId, MORNING)).toMatchObject({ id: first.id, state: 'draft', approvedSha256: null });
  });
});

describe('bad recordings', () => {
  it('are refused at once with the reason, and nothing is kept', async () => {
    const { id } = await at.bulletin();
    for (const [sample, code] of [
      ['bad/empty.mp3', 'audio.empty'],
      ['bad/not-audio.mp3', 'audio.notAudio'],
      ['bad/truncated.mp3', 'audio.truncated'],
      ['bad/too-short.wav', 'audio.tooShort'],
    ] as const) {
      const fault = await at.refused(() => at.upload(id, sample));
      expect(fault).toMatchObject({ kind: 'invalid', code, fields: ['file'] });
      expect(fault.message).toContain(sample.slice(4));
    }
    expect(await at.refused(() => at.upload('bul-x', MORNING))).toMatchObject({ code: 'bulletin.unknown' });
  });

  it('that only listening shows fail in sight, cannot be submitted, and can be replaced', async () => {
    const { id } = await at.bulletin();
    const silent = await at.ready(id, 'bad/silent.wav');
    expect(silent.processing).toMatchObject({ state: 'failed', code: 'silent' });
    expect(silent.audio).toBe(null);
    const submit = () => submitClip(at.parts, EDITOR, silent.id);
    expect(await at.refused(submit)).toMatchObject({ kind: 'conflict', code: 'clip.notReady', fields: ['id'] });
    at.clock.now += 1000;
    expect((await at.ready(id, MORNING)).processing).toEqual({ state: 'ready' });
    await submitClip(at.parts, EDITOR, silent.id);
  });

  it('are told from odd ones, which are taken', async () => {
    const { id } = await at.bulletin();
    const odd = ['clipped.flac', 'quiet.flac', 'stereo-44100.mp3', 'telephone-8000.wav', 'wrong-extension.wav'];
    for (const [index, sample] of odd.entries()) await at.upload(id, `odd/${sample}`, `vi-x-${index}`);
    await at.queue.idle();
    const { items } = await listClips(at.parts, id, { limit: 100 });
    expect(items.map(({ processing }) => processing.state)).toEqual(odd.map(() => 'ready'));
    for (const { audio } of items) expect(Math.abs((audio?.lufs ?? 0) + 16)).toBeLessThanOrEqual(0.5);
  });
});

describe('approval', () => {
  it('is refused in every state but the right one, and nothing changes', async () => {
    const { id: bulletinId } = await at.bulletin();
    const { id } = await at.ready(bulletinId, MORNING);
    const wrong = { kind: 'conflict', code: 'clip.wrongState', fields: ['id'] };
    const approve = () => approveClip(at.parts, APPROVER, id);
    expect(await at.refused(approve)).toMatchObject(wrong);
    expect(await at.refused(() => returnClip(at.parts, APPROVER, id, 'x'))).toMatchObject(wrong);
    expect(await at.refused(() => withdrawClip(at.parts, APPROVER, id, 'x'))).toMatchObject(wrong);
    await submitClip(at.parts, EDITOR, id);
    expect(await at.refused(() => submitClip(at.parts, EDITOR, id))).toMatchObject(wrong);
    await approve();
    expect(await at.refused(approve)).toMatchObject(wrong);
    const unknown = { kind: 'notFound', code: 'clip.unknown' };
    expect(await at.refused(() => approveClip(at.parts, APPROVER, 'clp-x'))).toMatchObject(unknown);
    expect(await at.refused(() => listApprovals(at.parts, 'clp-x'))).toMatchObject(unknown);
  });

  it('is refused when the stored bytes are not those that were made', async () => {
    const { id: bulletinId } = await at.bulletin();
    const { id, audio } = await at.ready(bulletinId, MORNING);
    await submitClip(at.parts, EDITOR, id);
    const path = at.parts.blobs.pathOf(audio?.sha256 ?? '');
    await chmod(path, 0o600);
    await writeFile(path, 'OggS of somebody else');
    const approve = () => approveClip(at.parts, APPROVER, id);
    expect(await at.refused(approve)).toMatchObject({ kind: 'conflict', code: 'clip.altered', fields: ['id'] });
    await at.parts.blobs.discard(path);
    expect(await at.refused(approve)).toMatchObject({ code: 'clip.altered' });
  });
});

describe('the queue', () => {
  it('takes up after a restart what was left unfinished', async () => {
    const { id } = await at.bulletin();
    const running = await at.upload(id, 'bulletins/xoa-nha-tam.mp3', 'vi');
    const waiting = await at.upload(id, MORNING, 'tay');
    await seen(running.id, (state) => state === 'running');
    await at.queue.stop();
    expect((await at.clip(running.id)).processing.state).toBe('running');
    expect((await at.clip(waiting.id)).processing.state).toBe('queued');
    expect((await at.parts.store.repositories.clips.unfinished()).map((clip) => clip.id).sort()).toEqual(
      [running.id, waiting.id].sort(),
    );
    const next = new ClipQueue(at.parts, 2);
    await next.resume();
    expect(next.length).toBe(2);
    await next.idle();
    for (const clip of [running, waiting]) expect((await at.clip(clip.id)).processing.state).toBe('ready');
  });

  it('never puts the sound of a replaced recording under the new one', async () => {
    const { id } = await at.bulletin();
    const first = await at.upload(id, 'bulletins/xoa-nha-tam.mp3');
    await seen(first.id, (state) => state === 'running');
    at.clock.now += 1;
    const second = await at.ready(id, MORNING);
    expect(second).toMatchObject({ id: first.id, processing: { state: 'ready' } });
    const alone = await at.ready((await at.bulletin()).id, MORNING);
    expect(second.audio?.durationMs).toBe(alone.audio?.durationMs);
  });
});
