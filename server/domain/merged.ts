/** A row with the values of a change that are given; `undefined` leaves a value as it is, `null` is a value. */
export function merged<T extends object>(row: T, change: { readonly [K in keyof T]?: T[K] | undefined }): T {
  return { ...row, ...Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) };
}
