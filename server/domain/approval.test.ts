import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLIP_STATES, type Clip } from '../../shared/contract/api/clip.ts';
import { Fault } from '../../shared/core/fault.ts';
import { aClip } from '../../test/kit/planning.ts';
import { APPROVAL_STEPS, type ApprovalAction, isReplaceable, takeApprovalStep } from './approval.ts';
import { plannable } from './chooseClip.ts';

const ACTIONS: readonly ApprovalAction[] = ['submit', 'approve', 'return', 'withdraw'];
const draft: Clip = { ...aClip('clp-a', 'bul-a', 10_000), state: 'draft', approvedSha256: null };

function attempt(clip: Clip, action: ApprovalAction): Clip | string {
  try {
    return takeApprovalStep(clip, action, action === 'return' || action === 'withdraw' ? 'why' : null);
  } catch (error) {
    if (error instanceof Fault) return error.code;
    throw error;
  }
}

describe('approval', () => {
  it('lets only what was submitted and then approved, and not withdrawn since, be planned', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...ACTIONS), { maxLength: 30 }), (actions) => {
        let clip = draft;
        const taken: ApprovalAction[] = [];
        for (const action of actions) {
          const next = attempt(clip, action);
          if (typeof next === 'string') {
            expect(next).toBe('clip.wrongState');
            continue;
          }
          taken.push(action);
          clip = next;
        }
        expect(plannable(clip) !== null).toBe(taken.at(-1) === 'approve');
        expect(clip.approvedSha256).toBe(taken.at(-1) === 'approve' ? clip.audio?.sha256 : null);
        for (const [index, action] of taken.entries()) {
          if (action === 'approve' || action === 'return') expect(taken[index - 1]).toBe('submit');
          if (action === 'withdraw') expect(taken[index - 1]).toBe('approve');
        }
        expect(clip.reason).toBe(['return', 'withdraw'].includes(taken.at(-1) ?? '') ? 'why' : null);
      }),
    );
  });

  it('says in every other state what can be done instead', () => {
    for (const state of CLIP_STATES) {
      for (const action of ACTIONS) {
        if (APPROVAL_STEPS[action].from.includes(state)) continue;
        expect(() => takeApprovalStep({ ...draft, state }, action, null)).toThrow(`The clip is ${state}. Only a`);
      }
    }
  });

  it('puts no unfinished or failed recording before the approver', () => {
    const running: Clip = { ...draft, processing: { state: 'running', progress: 0.4 }, audio: null };
    const failed: Clip = {
      ...draft,
      processing: { state: 'failed', code: 'silent', detail: 'Nothing is heard.' },
      audio: null,
    };
    expect(attempt(running, 'submit')).toBe('clip.notReady');
    expect(() => takeApprovalStep(failed, 'submit', null)).toThrow('Nothing is heard. Upload a better one.');
  });

  it('lets another recording take the place of all but what is submitted or approved', () => {
    expect(CLIP_STATES.filter((state) => isReplaceable({ state }))).toEqual(['draft', 'returned', 'withdrawn']);
  });
});
