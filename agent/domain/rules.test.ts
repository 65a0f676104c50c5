import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EnvelopeClaims } from '../../shared/contract/envelope.ts';
import { DAY, HOUR, MINUTE } from '../../shared/core/time.ts';
import { type EnvelopeContext, judgeEnvelope } from './acceptance.ts';
import { backoffMs } from './backoff.ts';
import { clockTrusted, NO_FLOOR, raisedByOwn, raisedBySigned } from './clockTrust.ts';
import { type FaultMemory, limitFault } from './faultLimit.ts';
import { afterFailure, type FetchTries, mayTry, QUARANTINE_MS, quarantined } from './fetchTries.ts';
import { clampedVolume, gainDbOf } from './volume.ts';

const NOW = 1_800_000_000_000;

describe('the gate', () => {
  const iat = NOW / 1000;
  const claims: EnvelopeClaims = { sub: 'a', kind: 'plan', iat, exp: iat + 3600, seq: 5, body: {} };
  const context: EnvelopeContext = {
    kind: 'plan',
    subject: 'a',
    now: NOW,
    clockTrusted: true,
    seen: { seq: 4, hash: 'h4' },
    hash: 'h5',
  };
  const judge = (changed: Partial<EnvelopeClaims>, around: Partial<EnvelopeContext> = {}): string => {
    const verdict = judgeEnvelope({ ...claims, ...changed }, { ...context, ...around });
    return verdict.take === 'no' ? verdict.code : verdict.take;
  };

  it('takes what is new, and an equal message twice without a word', () => {
    expect(judge({})).toBe('new');
    expect(judge({}, { seen: undefined })).toBe('new');
    expect(judge({}, { seen: { seq: 5, hash: 'h5' } })).toBe('duplicate');
  });

  it('refuses the other kind, the other box, the old, the expired, and another text under the same number', () => {
    expect(judge({}, { kind: 'config' })).toBe('message.wrongKind');
    expect(judge({ sub: 'b' })).toBe('message.wrongSubject');
    expect(judge({ seq: 3 })).toBe('message.replayed');
    expect(judge({}, { seen: { seq: 5, hash: 'other' } })).toBe('message.replayed');
    expect(judge({}, { now: NOW + HOUR })).toBe('message.expired');
    expect(judge({ exp: iat })).toBe('message.malformed');
    expect(judge({ exp: iat + 9 * 86_400 })).toBe('message.malformed');
  });

  it('lets the signed time correct a slow clock, but believes no nonsense', () => {
    expect(judge({}, { now: NOW - 60 * DAY })).toBe('new');
    expect(judge({}, { now: NOW - 400 * DAY })).toBe('message.notYetValid');
    expect(judge({}, { now: 0, clockTrusted: false })).toBe('new');
  });
});

describe('the clock floor', () => {
  it('distrusts a clock that shows a time before what was proven', () => {
    const floor = raisedBySigned(NO_FLOOR, NOW);
    expect(clockTrusted(0, floor)).toBe(false);
    expect(clockTrusted(NOW - 3 * MINUTE, floor)).toBe(false);
    expect(clockTrusted(NOW - MINUTE, floor)).toBe(true);
    expect(raisedBySigned(floor, NOW - 1)).toBe(floor);
  });

  it('is not poisoned for good by a clock that ran ahead', () => {
    const floor = raisedByOwn(raisedBySigned(NO_FLOOR, NOW), NOW + 1_000 * DAY);
    expect(clockTrusted(NOW + 9 * DAY, floor)).toBe(true);
    expect(raisedByOwn(NO_FLOOR, NOW)).toBe(NO_FLOOR);
  });
});

describe('patience', () => {
  it('grows with failures and is drawn evenly below its bound', () => {
    const law = { firstMs: 1_000, mostMs: 60_000, leastMs: 100 };
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2_000 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (failures, draw) => {
          const wait = backoffMs(law, failures, draw);
          expect(wait).toBeGreaterThanOrEqual(100);
          expect(wait).toBeLessThanOrEqual(Math.min(60_000, 1_000 * 2 ** (failures - 1)));
        },
      ),
    );
  });

  it('leaves a clip alone after five failures, for a quarter of an hour and no longer', () => {
    let tries: FetchTries | undefined;
    let now = NOW;
    for (let failure = 1; failure <= 5; failure += 1) {
      tries = afterFailure(tries, 'bad', now, 0.9);
      if (failure < 5) now = tries.notBefore;
    }
    expect(tries && quarantined(tries, now)).toBe(true);
    expect(mayTry(tries, now + QUARANTINE_MS - 1)).toBe(false);
    expect(mayTry(tries, now + QUARANTINE_MS)).toBe(true);
    // The clock was set back by days meanwhile.
    expect(mayTry(tries, now - 5 * DAY)).toBe(true);
  });

  it('writes a fault that repeats for ever only now and then, and counts the rest', () => {
    let memory: FaultMemory | undefined;
    let written = 0;
    let told = 0;
    for (let at = 0; at < DAY; at += 1_000) {
      const decision = limitFault(memory, at);
      memory = decision.memory;
      if (decision.write) {
        written += 1;
        told += 1 + decision.held;
      }
    }
    expect(written).toBeLessThan(40);
    expect(told + (memory?.held ?? 0)).toBe(86_400);
  });
});

describe('the volume', () => {
  it('halves what is heard with half the percentage, inside its limits', () => {
    expect([100, 50, 25].map(gainDbOf)).toEqual([0, -10, -20]);
    expect(gainDbOf(0)).toBe(Number.NEGATIVE_INFINITY);
    expect(clampedVolume({ volume: 90, volumeMin: 10, volumeMax: 60 })).toBe(60);
    expect(clampedVolume({ volume: 0, volumeMin: 0, volumeMax: 60 })).toBe(0);
  });
});
