import {
  ENROLMENT_CODE_BYTES,
  ENROLMENT_CODE_LIFETIME,
  enrolmentCodeOf,
  plainCode,
} from '../../domain/enrolmentCode.ts';
import type { ServerParts } from '../../ports/parts.ts';
import type { AgentSecrets } from '../../ports/store.ts';

export interface DrawnCode {
  readonly code: string;
  readonly expiresAt: number;
  /** What is stored of it; a code that was used before is forgotten. */
  readonly stored: Pick<AgentSecrets, 'codeHash' | 'codeExpiresAt' | 'installationHash'>;
}

/** Draws a fresh enrolment code. */
export function drawCode({ random, clock, secrets }: Pick<ServerParts, 'random' | 'clock' | 'secrets'>): DrawnCode {
  const code = enrolmentCodeOf(random.bytes(ENROLMENT_CODE_BYTES));
  const expiresAt = clock.now() + ENROLMENT_CODE_LIFETIME;
  const codeHash = secrets.digest(plainCode(code));
  return { code, expiresAt, stored: { codeHash, codeExpiresAt: expiresAt, installationHash: null } };
}
