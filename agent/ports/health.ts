/** What the machine says of itself; null where it does not. */
export interface MachineHealth {
  disk(): Promise<{ readonly freeBytes: number; readonly totalBytes: number } | null>;
  /** Degrees Celsius. */
  temperature(): Promise<number | null>;
}
