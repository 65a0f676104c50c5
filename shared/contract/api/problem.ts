import { z } from 'zod';

/** Every error of the API (RFC 9457, `application/problem+json`): what is wrong, where, and what to do. */
export const problem = z.object({
  type: z.string().describe('a URN that names the kind of problem'),
  title: z.string(),
  status: z.int(),
  code: z.string().describe('stable, for scripts and translation'),
  detail: z.string().describe('what is wrong and how to mend it'),
  fields: z.array(z.object({ field: z.string(), message: z.string() })),
  request: z.string().describe('id to quote to the administrator; the log has it too'),
});

export type Problem = z.infer<typeof problem>;
