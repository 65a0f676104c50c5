/** A page of rows in the order of their keys; `after` is the last key of the page before. */
export interface Page {
  readonly limit: number;
  readonly after?: string | undefined;
}
