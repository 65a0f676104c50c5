import type { Request } from 'express';
import type { User } from '../../../shared/contract/api/user.ts';
import { base32 } from '../../../shared/core/ids.ts';
import type { Logger, Random } from '../../ports/system.ts';

/** What every handler knows of its request, made once at the door. */
export interface RequestFacts {
  readonly id: string;
  readonly log: Logger;
  /** Path pattern of the route that took it, for logs and metrics; paths themselves would be without end. */
  pattern: string;
  user: User | null;
}

const FACTS: unique symbol = Symbol('loaban request facts');
type WithFacts = Request & { [FACTS]?: RequestFacts };

/** An id from a proxy is kept where it is harmless in a log. */
const FOREIGN_ID = /^[A-Za-z0-9._-]{8,64}$/;

export function beginRequest(request: Request, parts: { readonly log: Logger; readonly random: Random }): RequestFacts {
  const given = request.get('x-request-id');
  const id = given !== undefined && FOREIGN_ID.test(given) ? given : base32(parts.random.bytes(10));
  const facts: RequestFacts = { id, log: parts.log.with({ request: id }), pattern: 'unmatched', user: null };
  (request as WithFacts)[FACTS] = facts;
  return facts;
}

/** @throws Error when a handler stands before the door */
export function factsOf(request: Request): RequestFacts {
  const facts = (request as WithFacts)[FACTS];
  if (facts === undefined) throw new Error('request without facts: the door must be the first middleware');
  return facts;
}
