import type { RequestHandler } from 'express';
import type { Metrics } from './metrics.ts';
import { sendProblem } from './problem.ts';
import { factsOf } from './requestContext.ts';

/** One clause of readiness: resolves when it holds, rejects with the reason when it does not. */
export interface ReadyClause {
  readonly name: string;
  readonly check: () => Promise<void>;
}

/** A clause that hangs has failed: who asks wants an answer while it is still of use. */
const CLAUSE_MS = 2_000;

/**
 * `/healthz`: the process answers. `/readyz`: it can do its work; says which clause fails. `/metrics`: Prometheus.
 * They are for machines beside the server and ask for no sign-in; a proxy keeps them from the world.
 */
export function probeRoutes(clauses: readonly ReadyClause[], metrics: Metrics): RequestHandler {
  const answers: Readonly<Record<string, () => Promise<{ status: number; type: string; body: string }>>> = {
    '/healthz': async () => ({ status: 200, type: 'application/json', body: JSON.stringify({ ok: true }) }),
    '/readyz': async () => {
      const checks = await Promise.all(clauses.map(look));
      const ok = checks.every((check) => check.ok);
      return { status: ok ? 200 : 503, type: 'application/json', body: JSON.stringify({ ok, checks }) };
    },
    '/metrics': async () => ({ status: 200, ...(await metrics.text()) }),
  };
  return async (request, response, next) => {
    const probe = answers[request.path];
    if (probe === undefined) return next();
    const facts = factsOf(request);
    facts.pattern = 'probe';
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      const detail = 'Use GET.';
      const code = 'request.methodNotAllowed';
      sendProblem(response, {
        type: `urn:loaban:problem:${code}`,
        title: 'Not for this address',
        status: 405,
        code,
        detail,
        fields: [],
        request: facts.id,
      });
      return;
    }
    const { status, type, body } = await probe();
    response.status(status).setHeader('cache-control', 'no-store').setHeader('content-type', type).end(body);
  };
}

async function look({ name, check }: ReadyClause): Promise<{ name: string; ok: boolean; reason: string | null }> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${CLAUSE_MS} ms`)), CLAUSE_MS);
  });
  try {
    await Promise.race([check(), late]);
    return { name, ok: true, reason: null };
  } catch (error) {
    return { name, ok: false, reason: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}
