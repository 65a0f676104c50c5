import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvLine } from './csv.ts';

/** Reads one line back by the rules of RFC 4180. */
function read(line: string, separator: string): string[] {
  const cells: string[] = [];
  let cell = '';
  let quoted = false;
  const text = line.slice(0, -2);
  for (let index = 0; index < text.length; index++) {
    const char = text.charAt(index);
    if (quoted && char === '"' && text.charAt(index + 1) === '"') {
      cell += '"';
      index++;
    } else if (char === '"') quoted = !quoted;
    else if (char === separator && !quoted) {
      cells.push(cell);
      cell = '';
    } else cell += char;
  }
  return [...cells, cell];
}

describe('csvLine', () => {
  it('can be read back, whatever the cells hold', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', 'ệ', '"', ',', ';', '\r', '\n', '=', '-', ' ') });
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1 }), fc.constantFrom(',' as const, ';' as const), (cells, separator) => {
        const back = read(csvLine(cells, separator), separator);
        expect(back.map((text) => text.replace(/^'(?=[=+\-@\t\r])/, ''))).toEqual(cells);
      }),
    );
  });

  it.each(['=1+1', '+84', '-2', '@SUM(A1)', '\tx', '\r=1'])('shows %j as text', (text) => {
    expect(csvLine([text])).toMatch(/^"?'/);
  });

  it('leaves numbers and nothing as they are', () => {
    expect(csvLine([-3, null, 0.5])).toBe('-3,,0.5\r\n');
  });
});
