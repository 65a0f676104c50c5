import type { Approval, Clip, ClipState } from '../../shared/contract/api/clip.ts';
import { Fault } from '../../shared/core/fault.ts';

export type ApprovalAction = Approval['action'];

interface Step {
  readonly from: readonly ClipState[];
  readonly to: ClipState;
  /** What to do about a clip in another state. */
  readonly remedy: string;
}

/**
 * Every step there is. Returned and withdrawn clips may be submitted again as they are: the approver then hears them
 * anew. Only an approval makes a clip approved.
 */
export const APPROVAL_STEPS: Readonly<Record<ApprovalAction, Step>> = {
  submit: {
    from: ['draft', 'returned', 'withdrawn'],
    to: 'submitted',
    remedy: 'Only a draft, returned or withdrawn clip can be submitted.',
  },
  approve: {
    from: ['submitted'],
    to: 'approved',
    remedy: 'Only a submitted clip can be approved: have it submitted first.',
  },
  return: {
    from: ['submitted'],
    to: 'returned',
    remedy: 'Only a submitted clip can be returned; withdraw one that is approved.',
  },
  withdraw: {
    from: ['approved'],
    to: 'withdrawn',
    remedy: 'Only an approved clip can be withdrawn; return one that is submitted.',
  },
};

/** The clip after a step of its approval. @throws Fault `clip.wrongState`, `clip.notReady` */
export function takeApprovalStep(clip: Clip, action: ApprovalAction, reason: string | null): Clip {
  const { from, to, remedy } = APPROVAL_STEPS[action];
  if (!from.includes(clip.state)) {
    throw new Fault('conflict', 'clip.wrongState', `The clip is ${clip.state}. ${remedy}`, [
      { field: 'id', message: `must be a clip that is ${from.join(' or ')}` },
    ]);
  }
  // A recording that is not finished, or that failed, has no sound to decide about.
  if ((action === 'submit' || action === 'approve') && (clip.processing.state !== 'ready' || clip.audio === null)) {
    throw new Fault('conflict', 'clip.notReady', notReady(clip), [
      { field: 'id', message: 'must be a clip whose processing is ready' },
    ]);
  }
  const approvedSha256 = action === 'approve' ? (clip.audio?.sha256 ?? null) : null;
  return { ...clip, state: to, reason, approvedSha256 };
}

function notReady({ processing }: Clip): string {
  return processing.state === 'failed'
    ? `The recording could not be made ready: ${processing.detail} Upload a better one.`
    : 'The recording is still being worked on. Try again when its processing is ready.';
}

/** True while another recording may take the clip's place: not once an approver has it before them, or it may be on air. */
export function isReplaceable({ state }: Pick<Clip, 'state'>): boolean {
  return state !== 'submitted' && state !== 'approved';
}
