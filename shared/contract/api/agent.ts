import { z } from 'zod';
import { commandMessage } from '../messages/command.ts';
import { statusMessage } from '../messages/status.ts';
import { id, isoInstant, label } from '../primitives.ts';

/** A box (one cụm loa) and the village it speaks in. */
export const agent = z.object({
  id,
  villageId: id,
  name: label(100),
  state: z.enum(['new', 'enrolled', 'revoked']).describe('new: waits for its code to be used'),
  createdAt: isoInstant,
  enrolledAt: isoInstant.nullable(),
  planSeq: z.int().describe('newest plan made for it; 0: none'),
});

/** With what it last said of itself. */
export const agentView = z.object({
  ...agent.shape,
  status: statusMessage.nullable(),
  statusAt: isoInstant.nullable().describe('when the server heard it'),
});

export const newAgent = z.object({ villageId: id, name: label(100) });

/** Shown once: the server keeps only its hash. */
export const enrolmentCode = z.object({ agentId: id, code: z.string(), expiresAt: isoInstant });

export const createdAgent = z.object({ agent, enrolmentCode });

/** Upper case without letters that are misread, in groups: K7QF-3MZX-9T2C. Entered in any case, hyphens optional. */
export const ENROLMENT_CODE_PATTERN = /^[0-9A-Z]{4}(-?[0-9A-Z]{4}){2}$/i;

/** What a box sends to be enrolled. `installation` is drawn once by the box, so that it may ask again if the answer was lost. */
export const enrolmentRequest = z.object({
  code: z.string().trim().regex(ENROLMENT_CODE_PATTERN, 'must be an enrolment code such as K7QF-3MZX-9T2C'),
  installation: z.string().regex(/^[0-9a-f]{32}$/, 'must be 32 hexadecimal digits'),
});

export const enrolment = z.object({
  agentId: id,
  villageId: id,
  areas: z.array(id).describe('the village and its ancestors, nearest first'),
  mqtt: z.object({ url: z.string(), username: z.string(), password: z.string() }),
  serverKey: z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string() }).describe('JWK to pin'),
  serverTime: isoInstant,
  nextN: z
    .int()
    .min(1)
    .default(1)
    .describe('number of its first record: higher than any that a box before it has reported under this identity'),
});

export const newCommand = z.object({ ask: commandMessage.shape.ask });
export const commandTicket = z.object({ command: id });

export type Agent = z.infer<typeof agent>;
export type AgentView = z.infer<typeof agentView>;
export type NewAgent = z.infer<typeof newAgent>;
export type Enrolment = z.infer<typeof enrolment>;
export type EnrolmentRequest = z.infer<typeof enrolmentRequest>;
