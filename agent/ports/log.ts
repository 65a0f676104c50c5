/** Structured log: an event is a message for people and fields for machines. */
export interface AgentLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  /** The last lines, oldest first, as written. */
  tail(lines: number): string[];
}
