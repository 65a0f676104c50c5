/** Columns are separated by a comma, or by the semicolon that spreadsheets expect where the comma is the decimal sign. */
export type CsvSeparator = ',' | ';';

/** Says UTF-8 to Excel, which otherwise takes Vietnamese text for the code page of the machine. */
export const CSV_BOM = '\u{FEFF}';

/**
 * One line of a CSV file (RFC 4180). A text that a spreadsheet would run as a formula gets an apostrophe in front, which
 * has it shown as text.
 */
export function csvLine(cells: readonly (string | number | null)[], separator: CsvSeparator = ','): string {
  return `${cells.map((cell) => csvCell(cell, separator)).join(separator)}\r\n`;
}

function csvCell(cell: string | number | null, separator: CsvSeparator): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return text.includes(separator) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
