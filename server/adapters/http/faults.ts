import type { ErrorRequestHandler, RequestHandler } from 'express';
import { z } from 'zod';
import { Fault } from '../../../shared/core/fault.ts';
import { drain } from './drain.ts';
import { problemOf, sendProblem, unexpectedProblem } from './problem.ts';
import { factsOf } from './requestContext.ts';

/** What body parsers and express throw: an error with a status, and a `type` that says more. */
const httpError = z.object({ status: z.int().min(400).max(499), type: z.string().optional() });

/** For every address that no route has taken. */
export const unknownAddress: RequestHandler = (request) => {
  throw new Fault('notFound', 'request.unknownAddress', `There is nothing at ${request.originalUrl.split('?')[0]}.`);
};

/** The one place where errors become answers. */
export const answerFaults: ErrorRequestHandler = async (error: unknown, request, response, _next) => {
  const { id, log } = factsOf(request);
  const fault = error instanceof Fault ? error : faultOfHttp(error);
  if (fault === null) log.error('request failed unexpectedly', { method: request.method, path: request.path, error });
  if (response.headersSent) {
    // Too late for a status: breaking the connection is the only way left to say that the answer is not whole.
    response.destroy();
    return;
  }
  if (!request.complete) {
    // An unread upload would else be taken for the next request on this connection.
    response.setHeader('connection', 'close');
    await drain(request);
  }
  sendProblem(response, fault === null ? unexpectedProblem(id) : problemOf(fault, id), fault ?? undefined);
};

function faultOfHttp(error: unknown): Fault | null {
  const parsed = httpError.safeParse(error);
  if (!parsed.success || !(error instanceof Error)) return null;
  switch (parsed.data.type) {
    case 'entity.parse.failed':
      return new Fault('invalid', 'request.malformed', `The body is not JSON: ${error.message}.`, [
        { field: 'body', message: 'must be well-formed JSON' },
      ]);
    case 'entity.too.large':
      return new Fault('tooLarge', 'request.tooLarge', 'The body is too large: at most 1 MiB of JSON.');
    case 'charset.unsupported':
    case 'encoding.unsupported':
      return new Fault('unsupported', 'request.encoding', 'Send the body as UTF-8, plain or gzip.');
    default:
      return new Fault('invalid', 'request.malformed', `The request is malformed: ${error.message}.`);
  }
}
