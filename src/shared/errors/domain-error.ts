import { LIMITS } from '../limits.js';

/** Decides the HTTP status of an error; see `problem.ts`. */
export type ErrorCategory =
  | 'malformed'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'conflict'
  | 'too_large'
  | 'unsupported_media_type'
  | 'invalid'
  | 'too_many'
  | 'unavailable';

/** One error in a request: its location (a JSON pointer, or the name of a header or parameter) and what to change. */
export interface Fault {
  readonly pointer: string;
  readonly detail: string;
}

/**
 * An error that the caller can fix or wait out.
 *
 * `code` is stable and documented. `message` is for people: it says what is wrong, then what to change.
 */
export class DomainError extends Error {
  constructor(
    readonly code: string,
    readonly category: ErrorCategory,
    message: string,
    readonly details: { faults?: readonly Fault[]; retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: details.cause });
    this.name = new.target.name;
  }
}

/** Well-formed but invalid input. Lists all errors at once, up to `LIMITS.faults`. */
export class InvalidInput extends DomainError {
  constructor(faults: readonly Fault[]) {
    const named = faults.slice(0, LIMITS.faults);
    const others = faults.length - named.length;
    const details = named.map(({ pointer, detail }) => `${pointer === '' ? 'the body' : pointer} ${detail}`);
    if (others > 0) details.push(`and ${others} more; at most ${LIMITS.faults} are listed`);
    super('invalid_input', 'invalid', details.join('; '), { faults: named });
  }
}

export class Unavailable extends DomainError {
  constructor(message: string, cause?: unknown) {
    super('unavailable', 'unavailable', message, { retryAfterSeconds: 1, cause });
  }
}
