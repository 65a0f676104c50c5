import { z } from 'zod';

/** One job a worker, as one JSON line on its standard input. */
export const workerJob = z.discriminatedUnion('do', [
  z.object({
    do: z.literal('fetch'),
    job: z.object({
      url: z.string(),
      sha256: z.string(),
      bytes: z.int().min(1),
      part: z.string(),
      target: z.string(),
    }),
  }),
  z.object({ do: z.literal('post'), url: z.string(), json: z.string() }),
]);
export type WorkerJob = z.infer<typeof workerJob>;

/** Its answer, as one JSON line on its standard output. */
export const workerAnswer = z.discriminatedUnion('did', [
  z.object({
    did: z.literal('fetch'),
    result: z.discriminatedUnion('ok', [
      z.object({ ok: z.literal(true) }),
      z.object({
        ok: z.literal(false),
        trouble: z.enum(['network', 'bad', 'stopped']),
        code: z.string(),
        detail: z.string(),
      }),
    ]),
  }),
  z.object({ did: z.literal('post'), status: z.int(), body: z.string() }),
  z.object({ did: z.literal('failed'), detail: z.string() }),
]);
export type WorkerAnswer = z.infer<typeof workerAnswer>;
