import { ROLES, type Role } from '../../shared/contract/api/user.ts';

/** Roles build on each other: whoever may do more may do all that is below it. */
export function roleSuffices(held: Role, needed: Role): boolean {
  return ROLES.indexOf(held) >= ROLES.indexOf(needed);
}
