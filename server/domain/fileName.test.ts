import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { uploadName } from './fileName.ts';

describe('the name of an uploaded file', () => {
  it.each(['../../x', '/etc/passwd', 'C:\\Users\\x.mp3', 'a/b.mp3', '..', '.', '..\u0000', ' ../x '])(
    'refuses %j, which holds a path',
    (name) => expect(uploadName(name)).toBe(null),
  );

  it.each([
    ['bản tin.mp3'.normalize('NFD'), 'bản tin.mp3'.normalize('NFC')],
    ['voice\u202e3pm.exe', 'voice3pm.exe'],
    ['a\u0000b\n.wav', 'ab.wav'],
    [undefined, 'recording'],
    ['   ', 'recording'],
    ['...hidden', '...hidden'],
  ])('keeps %j as %j', (given, kept) => expect(uploadName(given)).toBe(kept));

  it('is never longer than what the database takes, nor ends in half a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 600 }), (name) => {
        const kept = uploadName(name);
        if (kept === null) return;
        expect(kept.length).toBeGreaterThan(0);
        expect(kept.length).toBeLessThanOrEqual(255);
        expect(kept.isWellFormed()).toBe(true);
        expect(uploadName(kept)).toBe(kept);
      }),
    );
  });
});
