import { Fault, type FieldFault } from '../../shared/core/fault.ts';

/** Refuses when there is something to mend, naming all of it in one answer. @throws Fault of kind `invalid` */
export function refuseFaults(code: string, faults: readonly FieldFault[]): void {
  if (faults.length === 0) return;
  const said = faults.map(({ field, message }) => `${field} ${message}`).join('; ');
  throw new Fault('invalid', code, `${said}.`, faults);
}

/** What a request's address names. @throws Fault of kind `notFound` when there is none */
export function found<T>(row: T | null | undefined, what: string, id: string): T {
  if (row !== null && row !== undefined) return row;
  throw new Fault('notFound', `${what}.unknown`, `There is no ${what} ${id}. Look it up in the list and use its id.`, [
    { field: 'id', message: `must be the id of ${article(what)} ${what}` },
  ]);
}

/** What a request's body refers to. @throws Fault of kind `invalid` when there is none */
export function referred<T>(row: T | null | undefined, what: string, field: string, id: string): T {
  if (row !== null && row !== undefined) return row;
  throw new Fault('invalid', `${what}.unknown`, `${field} names the ${what} ${id}, which does not exist.`, [
    { field, message: `must be the id of ${article(what)} ${what} that exists` },
  ]);
}

const article = (word: string): string => (/^[aeiou]/.test(word) ? 'an' : 'a');

/** Faults for entries that stand in a list twice. */
export function repeated(values: readonly string[], field: (index: number) => string): FieldFault[] {
  return values.flatMap((value, index) =>
    values.indexOf(value) < index ? [{ field: field(index), message: `repeats ${JSON.stringify(value)}` }] : [],
  );
}
