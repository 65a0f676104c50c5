/** What went wrong in words for a person, as every layer throws it and the edge (HTTP, MQTT, command line) renders it. */
export type FaultKind =
  | 'invalid' // the request itself is wrong: 400 (syntax) or 422 (meaning)
  | 'unauthenticated'
  | 'forbidden'
  | 'notFound'
  | 'conflict' // true of the request, but not in this state: 409
  | 'gone'
  | 'tooLarge'
  | 'unsupported'
  | 'tooMany'
  | 'unavailable';

/** One thing to mend: the field's path (`areas[0].code`) and what to do about it. */
export interface FieldFault {
  readonly field: string;
  readonly message: string;
}

/**
 * A refusal that changes nothing. `message` names the remedy; `fields` say where. `code` is stable for scripts and for
 * translation (`rule.outsideWindows`); never reuse a code for another meaning.
 */
export class Fault extends Error {
  readonly kind: FaultKind;
  readonly code: string;
  readonly fields: readonly FieldFault[];
  /** Where the same request may succeed later: after how many seconds. */
  readonly retryAfterSeconds: number | null;

  constructor(
    kind: FaultKind,
    code: string,
    message: string,
    fields: readonly FieldFault[] = [],
    options?: ErrorOptions & { readonly retryAfterSeconds?: number },
  ) {
    super(message, options);
    this.name = 'Fault';
    this.kind = kind;
    this.code = code;
    this.fields = fields;
    this.retryAfterSeconds = options?.retryAfterSeconds ?? null;
  }
}
