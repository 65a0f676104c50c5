import { z } from 'zod';
import { id, isoInstant } from '../primitives.ts';

/** Who did what. Rows are only ever added. */
export const auditEntry = z.object({
  n: z.int(),
  at: isoInstant,
  actor: z.string().describe('a user id, `agent:` and its id, or `system`'),
  action: z.string().describe('such as clip.approve'),
  subject: id.nullable(),
  detail: z.record(z.string(), z.unknown()),
});

export type AuditEntry = z.infer<typeof auditEntry>;
