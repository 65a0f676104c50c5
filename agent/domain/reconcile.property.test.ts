import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PlanItem } from '../../shared/core/plan.ts';
import { settleBeforeReplacing } from './judgeItems.ts';
import { reconcile } from './reconcile.ts';
import type { HeldPlan, InPlay, Situation } from './situation.ts';
import type { SkipReason, Step } from './steps.ts';

const T0 = 1_800_000_000_000;
const clipName = (n: number): string => n.toString(16).padStart(64, '0');

const item = (at: number, durationMs: number, clip: number): PlanItem => ({
  id: `i${at}`,
  at: T0 + at,
  durationMs,
  clip: clipName(clip),
  class: 'normal',
  rule: 'r',
  bulletin: 'b',
  campaign: null,
  title: 't',
  repeat: 1,
});

/** Items in order that do not overlap, some of them joined without a gap. */
const items = fc
  .array(fc.record({ gap: fc.nat(30_000), duration: fc.integer({ min: 500, max: 20_000 }), clip: fc.nat(5) }), {
    minLength: 1,
    maxLength: 12,
  })
  .map((list) => {
    let at = 10_000;
    return list.map(({ gap, duration, clip }) => {
      const made = item(at + gap, duration, clip);
      at += gap + duration;
      return made;
    });
  });

type Event =
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'reboot'; readonly ms: number }
  | { readonly kind: 'clip'; readonly clip: number; readonly there: boolean }
  | { readonly kind: 'volume'; readonly volume: number }
  | { readonly kind: 'clock'; readonly trusted: boolean }
  | { readonly kind: 'plan'; readonly keep: readonly boolean[]; readonly from: number };

const events: fc.Arbitrary<Event[]> = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 100, max: 9_000 }) }),
    },
    fc.record({ kind: fc.constant('reboot' as const), ms: fc.integer({ min: 0, max: 40_000 }) }),
    fc.record({ kind: fc.constant('clip' as const), clip: fc.nat(5), there: fc.boolean() }),
    fc.record({ kind: fc.constant('volume' as const), volume: fc.constantFrom(0, 50) }),
    fc.record({ kind: fc.constant('clock' as const), trusted: fc.boolean() }),
    fc.record({
      kind: fc.constant('plan' as const),
      keep: fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
      from: fc.integer({ min: -60_000, max: 1_000 }),
    }),
  ),
  { maxLength: 60 },
);

/** A box reduced to what reconciling sees and does: a player that keeps its times, a disk that never fails. */
class ModelBox {
  now = T0;
  bootedAt = T0;
  trusted = true;
  trustedSince = T0;
  volume = 50;
  readonly clips = new Set([0, 1, 2, 3].map(clipName));
  readonly records: { readonly item: string; readonly reason: SkipReason | null }[] = [];
  readonly expected = new Set<string>();
  plan: HeldPlan;
  #inPlay: InPlay[] = [];

  constructor(all: readonly PlanItem[]) {
    this.plan = { seq: 1, acceptedAt: T0, from: T0, items: all, clips: [] };
  }

  situation(): Situation {
    const settled = new Set(this.records.map((record) => record.item));
    return {
      now: this.now,
      clock: { trusted: this.trusted, trustedSince: this.trustedSince },
      bootedAt: this.bootedAt,
      plan: this.plan,
      limits: { spans: [{ from: T0, to: T0 + 400_000 }], volume: this.volume },
      settled,
      settledBefore: 0,
      inPlay: this.#inPlay,
      clips: new Map([...this.clips].map((clip) => [clip, { bytes: 1, lastNeeded: 0 }])),
      fetching: { active: null, tries: new Map() },
      disk: null,
    };
  }

  /** As the loop does it: until there is nothing left to do. */
  look(): void {
    this.#play();
    for (let pass = 0; pass < 5; pass += 1) {
      const steps = reconcile(this.situation()).steps.filter((step) => step.do !== 'fetchClip');
      if (steps.length === 0) return;
      for (const step of steps) this.execute(step);
    }
    throw new Error('does not come to rest');
  }

  execute(step: Step): void {
    if (step.do === 'settle') this.records.push({ item: step.item.id, reason: step.reason });
    if (step.do === 'arm') {
      const { id, clip, at, durationMs } = step.item;
      expect(this.trusted && this.volume > 0 && this.clips.has(clip)).toBe(true);
      this.#inPlay.push({ id, clip, at, durationMs, sounding: false, stopping: false });
      this.#play();
    }
    if (step.do === 'stop') {
      const stopped = this.#inPlay.find((playing) => playing.id === step.item);
      this.#inPlay = this.#inPlay.filter((playing) => playing !== stopped);
      if (stopped?.sounding) this.records.push({ item: stopped.id, reason: step.reason });
    }
  }

  pass(ms: number): void {
    const until = this.now + ms;
    while (this.now < until) {
      this.look();
      const next = reconcile(this.situation()).lookAgainAt;
      this.now = Math.min(until, Math.max(this.now + 1, next));
    }
    this.look();
  }

  reboot(ms: number): void {
    for (const playing of this.#inPlay)
      if (playing.sounding) this.records.push({ item: playing.id, reason: 'interrupted' });
    this.#inPlay = [];
    this.now += ms;
    this.bootedAt = this.now;
    this.trustedSince = this.now;
    this.look();
  }

  replace(keep: readonly boolean[], from: number): void {
    this.look();
    const cut = this.now + from;
    const next = this.plan.items.filter((candidate, index) => keep[index % keep.length] && candidate.at >= cut);
    const signedAt = this.now;
    for (const planned of this.plan.items)
      if (planned.at >= this.plan.from && planned.at + planned.durationMs <= this.now) this.expected.add(planned.id);
    const ids = new Set(next.map((planned) => planned.id));
    for (const step of settleBeforeReplacing(this.situation(), { ids, signedAt })) this.execute(step);
    this.plan = { seq: this.plan.seq + 1, acceptedAt: this.now, from: cut, items: next, clips: [] };
    this.look();
  }

  #play(): void {
    this.#inPlay = this.#inPlay.map((playing) => ({ ...playing, sounding: this.now >= playing.at }));
    for (const playing of this.#inPlay)
      if (this.now >= playing.at + playing.durationMs) this.records.push({ item: playing.id, reason: null });
    this.#inPlay = this.#inPlay.filter((playing) => this.now < playing.at + playing.durationMs);
  }
}

function happen(box: ModelBox, event: Event): void {
  if (event.kind === 'pass') box.pass(event.ms);
  if (event.kind === 'reboot') box.reboot(event.ms);
  if (event.kind === 'plan') box.replace(event.keep, event.from);
  if (event.kind === 'volume') box.volume = event.volume;
  if (event.kind === 'clip') {
    if (event.there) box.clips.add(clipName(event.clip));
    else if (!box.situation().inPlay.some((playing) => playing.clip === clipName(event.clip)))
      box.clips.delete(clipName(event.clip));
  }
  if (event.kind === 'clock') {
    if (event.trusted && !box.trusted) box.trustedSince = box.now;
    box.trusted = event.trusted;
  }
  box.look();
}

describe('reconciling', () => {
  it('gives every item whose time came exactly one record, whatever happens', () => {
    fc.assert(
      fc.property(items, events, (all, what) => {
        const box = new ModelBox(all);
        for (const event of what) happen(box, event);
        happen(box, { kind: 'clock', trusted: true });
        box.pass(1_000_000);
        for (const planned of box.plan.items) if (planned.at >= box.plan.from) box.expected.add(planned.id);
        const counts = new Map<string, number>();
        for (const record of box.records) counts.set(record.item, (counts.get(record.item) ?? 0) + 1);
        for (const planned of all) {
          const count = counts.get(planned.id) ?? 0;
          expect(count, planned.id).toBeLessThanOrEqual(1);
          if (box.expected.has(planned.id)) expect(count, planned.id).toBe(1);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('plays everything when nothing goes wrong', () => {
    fc.assert(
      fc.property(items, (all) => {
        const box = new ModelBox(all.map((planned) => ({ ...planned, clip: clipName(0) })));
        const inside = all.filter((planned) => planned.at + planned.durationMs <= T0 + 400_000);
        box.pass(1_000_000);
        expect(box.records.filter((record) => record.reason === null)).toHaveLength(inside.length);
      }),
      { numRuns: 100 },
    );
  });
});

describe('clips', () => {
  const DAYS = 86_400_000;
  const disk = fc.record({
    airings: fc.array(fc.record({ clip: fc.nat(11), hours: fc.integer({ min: 1, max: 160 }) }), { maxLength: 25 }),
    cached: fc.uniqueArray(fc.nat(15), { maxLength: 12 }),
    bytes: fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 16, maxLength: 16 }),
    free: fc.nat(200),
  });

  it('fetches what airs first, and never drops what is needed before the wanted clip or within two days', () => {
    fc.assert(
      fc.property(disk, ({ airings, cached, bytes, free }) => {
        const sorted = [...airings].sort((a, b) => a.hours - b.hours);
        const planned = sorted.map(({ clip, hours }, index) => ({
          ...item(hours * 3_600_000 + index, 1, clip),
          id: `i${index}`,
        }));
        const size = (clip: string): number => bytes[Number.parseInt(clip, 16)] ?? 1;
        const clips = [...new Set(planned.map(({ clip }) => clip))].map((sha256) => ({
          sha256,
          url: 'x',
          bytes: size(sha256),
          durationMs: 1,
        }));
        const here = new Map(cached.map((n) => [clipName(n), { bytes: size(clipName(n)), lastNeeded: n }]));
        const { steps, conditions } = reconcile({
          now: T0,
          clock: { trusted: true, trustedSince: T0 },
          bootedAt: T0,
          plan: { seq: 1, acceptedAt: T0, from: T0, items: planned, clips },
          limits: null,
          settled: new Set(),
          settledBefore: 0,
          inPlay: [],
          clips: here,
          fetching: { active: null, tries: new Map() },
          disk: { freeBytes: free, keepFreeBytes: 50 },
        });
        const airs = (clip: string): number => planned.find((one) => one.clip === clip)?.at ?? Number.POSITIVE_INFINITY;
        const wanted = planned.find(({ clip }) => !here.has(clip));
        const fetches = steps.filter((step) => step.do === 'fetchClip');
        const drops = steps.filter((step) => step.do === 'dropClip').map((step) => step.clip);
        if (wanted === undefined) {
          expect(steps).toEqual([]);
          return;
        }
        const room = free - 50;
        expect(fetches.map((step) => step.clip.sha256)).toEqual(room >= size(wanted.clip) ? [wanted.clip] : []);
        if (room >= size(wanted.clip)) return;
        for (const clip of drops) expect(airs(clip)).toBeGreaterThan(Math.max(wanted.at, T0 + 2 * DAYS));
        const gained = drops.reduce((sum, clip) => sum + size(clip), 0);
        if (drops.length > 0) expect(room + gained).toBeGreaterThanOrEqual(size(wanted.clip));
        else expect(conditions.map((condition) => condition.code)).toContain('disk.full');
      }),
      { numRuns: 500 },
    );
  });
});
