/** Longest name kept, in UTF-16 units. */
const LONGEST = 255;

/**
 * The name of an uploaded file as staff will see it again: composed (NFC), without control or direction-changing
 * characters, cut to 255. It is only ever shown; no path is made of it.
 * @returns null for a name that holds a path (`../../x`, `C:\x`) or is none (`..`): such a request is refused
 */
export function uploadName(given: string | undefined): string | null {
  const name = (given ?? '')
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Bidi_Control}]/gu, '')
    .trim();
  if (/[/\\]/.test(name) || name === '.' || name === '..') return null;
  if (name === '') return 'recording';
  // Not through the middle of a pair that makes one character.
  return name.slice(0, LONGEST).replace(/[\uD800-\uDBFF]$/, '');
}
