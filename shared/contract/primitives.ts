import { z } from 'zod';
import { ID_PATTERN } from '../core/ids.ts';
import { BULLETIN_CLASSES } from '../core/plan.ts';
import { dayNumber, LOCAL_TIME_PATTERN, WEEKDAYS } from '../core/time.ts';

/** The words that messages and REST resources share. Every message says what to write instead. */
export const id = z.string().regex(ID_PATTERN, 'must be an id: lower-case letters, digits and hyphens, at most 64');

export const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be a sha256: 64 lower-case hexadecimal digits');

/** Unix milliseconds on the wire of MQTT: short, and equal on every machine. 2001 to 2286. */
export const instantMs = z.int().min(1_000_000_000_000).max(9_999_999_999_999);

export const durationMs = z.int().min(0).max(86_400_000);

export const localDate = z
  .string()
  .refine((value) => dayNumber(value) !== null, 'must be a date that exists, as YYYY-MM-DD')
  .meta({ format: 'date', example: '2026-02-17' });

export const localTime = z
  .string()
  .regex(LOCAL_TIME_PATTERN, 'must be a time of day as HH:MM or HH:MM:SS, 00:00 to 23:59:59')
  .meta({ example: '05:10' });

export const localTimeEnd = z
  .string()
  .refine(
    (value) => value === '24:00' || LOCAL_TIME_PATTERN.test(value),
    'must be a time of day as HH:MM or HH:MM:SS, at most 24:00',
  )
  .meta({ example: '06:00' });

export const weekday = z.enum(WEEKDAYS);

/** BCP 47 as far as villages need it: vi, hmn, mww, tay, nut, vi-x-south. */
export const language = z
  .string()
  .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$/, 'must be a language tag such as vi, hmn or tyz')
  .max(35);

export const bulletinClass = z.enum(BULLETIN_CLASSES);

export const timeZone = z.string().refine((value) => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: value });
    return true;
  } catch {
    return false; // the runtime does not know the zone, which is what is being asked
  }
}, 'must be a time zone of the IANA database, such as Asia/Ho_Chi_Minh');

/**
 * A name that people typed: no control characters, trimmed, in composed form (NFC) so that equal names are equal.
 * Line breaks are control characters too; longer texts have `paragraphs`.
 */
export const label = (max: number) =>
  z
    .string()
    .normalize('NFC')
    .trim()
    .min(1, 'must not be empty')
    .max(max, `must be at most ${max} characters`)
    .regex(/^\P{Cc}*$/u, 'must not hold control characters');

/** Free text with line breaks. May be empty. */
export const paragraphs = (max: number) =>
  z
    .string()
    .normalize('NFC')
    .max(max, `must be at most ${max} characters`)
    .regex(/^[\P{Cc}\n\r\t]*$/u, 'must not hold control characters');

/** An instant in REST: an ISO 8601 text on the wire, Unix milliseconds in the code. */
export const isoInstant = z
  .codec(z.iso.datetime({ offset: true }), instantMs, {
    decode: (text) => Date.parse(text),
    encode: (instant) => new Date(instant).toISOString(),
  })
  .meta({ override: { type: 'string', format: 'date-time', examples: ['2026-02-17T22:10:00.000Z'] } });

export const weeklyWindow = z.object({
  days: z.array(weekday).min(1, 'name at least one day').max(7),
  from: localTime,
  to: localTimeEnd.describe('Not after `from`: the window ends on the next day. 24:00 is midnight.'),
});
