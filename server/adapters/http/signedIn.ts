import type { User } from '../../../shared/contract/api/user.ts';
import { Fault } from '../../../shared/core/fault.ts';

/** The user of a route that is not public; the edge has made sure that there is one. */
export function signedIn(context: { readonly user: User | null }): User {
  if (context.user === null) throw new Fault('unauthenticated', 'session.missing', 'Sign in, or send a bearer token.');
  return context.user;
}
