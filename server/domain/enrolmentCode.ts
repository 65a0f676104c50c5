import { base32 } from '../../shared/core/ids.ts';
import { DAY } from '../../shared/core/time.ts';

/** How long a code may be used, in ms: time to drive to the village. */
export const ENROLMENT_CODE_LIFETIME = 7 * DAY;

/** Random bytes that a code is made of: 60 of their bits. */
export const ENROLMENT_CODE_BYTES = 8;

/** A code as people read and type it: K7QF-3MZX-9T2C. */
export function enrolmentCodeOf(random: Uint8Array): string {
  const text = base32(random).slice(0, 12).toUpperCase();
  return `${text.slice(0, 4)}-${text.slice(4, 8)}-${text.slice(8)}`;
}

/** The one spelling of a code that is hashed: typed in any case, with or without hyphens, O for 0 and I or L for 1. */
export function plainCode(typed: string): string {
  return typed
    .toUpperCase()
    .replaceAll(/[^0-9A-Z]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1');
}
