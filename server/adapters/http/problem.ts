import type { ServerResponse } from 'node:http';
import type { z } from 'zod';
import type { Problem } from '../../../shared/contract/api/problem.ts';
import { Fault, type FaultKind, type FieldFault } from '../../../shared/core/fault.ts';

const KINDS: Readonly<Record<FaultKind, { readonly status: number; readonly title: string }>> = {
  invalid: { status: 422, title: 'The request cannot be carried out as it is' },
  unauthenticated: { status: 401, title: 'Sign in first' },
  forbidden: { status: 403, title: 'Not allowed' },
  notFound: { status: 404, title: 'Not found' },
  conflict: { status: 409, title: 'In conflict with what is there' },
  gone: { status: 410, title: 'No longer there' },
  tooLarge: { status: 413, title: 'Too large' },
  unsupported: { status: 415, title: 'Unsupported kind of content' },
  tooMany: { status: 429, title: 'Too many attempts' },
  unavailable: { status: 503, title: 'Not available at the moment' },
};

/** Statuses that no kind of fault has of its own: they come from HTTP and not from the product. */
const BY_CODE: Readonly<Record<string, number>> = {
  'request.malformed': 400,
  'upload.fileName': 400,
  'request.methodNotAllowed': 405,
  'request.timeout': 408,
  'media.range': 416,
};

export function problemOf(fault: Fault, requestId: string): Problem {
  const { status, title } = KINDS[fault.kind];
  return {
    type: `urn:loaban:problem:${fault.code}`,
    title,
    status: BY_CODE[fault.code] ?? status,
    code: fault.code,
    detail: fault.message,
    fields: [...fault.fields],
    request: requestId,
  };
}

/** What a person is told of an error that nobody foresaw: how to find it in the log, and nothing of its inside. */
export function unexpectedProblem(requestId: string): Problem {
  return {
    type: 'urn:loaban:problem:internal',
    title: 'The server made a mistake',
    status: 500,
    code: 'internal',
    detail: `Something went wrong in the server. Nothing was changed. Give the administrator this request id: ${requestId}`,
    fields: [],
    request: requestId,
  };
}

/** `areas[0].code` */
export function fieldPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`,
    '',
  );
}

/** One fault that lists every field. @param where `body`, `query` or `params`: the name when the whole of it is wrong */
export function faultOfIssues(issues: readonly z.core.$ZodIssue[], where: string): Fault {
  const fields = issues.flatMap((issue): FieldFault[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        field: fieldPath([...issue.path, key]),
        message: 'is not a field of this request',
      }));
    }
    return [{ field: fieldPath(issue.path) || where, message: issue.message }];
  });
  const names = [...new Set(fields.map(({ field }) => field))];
  const shown = names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ');
  const first = fields.length === 1 ? ` ${fields[0]?.message}` : '';
  return new Fault('invalid', 'request.invalid', `Please mend: ${shown}${first === '' ? '.' : `:${first}.`}`, fields);
}

/** Writes a problem on a bare response; also used where express never comes into play. */
export function sendProblem(response: ServerResponse, problem: Problem, fault?: Fault): void {
  const text = JSON.stringify(problem);
  response.statusCode = problem.status;
  response.setHeader('content-type', 'application/problem+json; charset=utf-8');
  response.setHeader('cache-control', 'no-store');
  response.setHeader('content-length', Buffer.byteLength(text));
  if (problem.status === 401) response.setHeader('www-authenticate', 'Bearer realm="loaban"');
  if (fault?.retryAfterSeconds != null) response.setHeader('retry-after', fault.retryAfterSeconds);
  response.end(text);
}
