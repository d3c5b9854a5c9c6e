import type { Problem } from './generated';

/** The service answered, and refused. */
export class Refused extends Error {
  override readonly name = 'Refused';

  constructor(
    readonly status: number,
    readonly problem: Problem | null,
  ) {
    super(problem?.detail ?? `The service answered ${status}.`);
  }
}

/** No answer of the service: it is away, or what stands before it says so. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';

  constructor(cause?: unknown) {
    super('The service does not answer.', { cause });
  }
}

/** Statuses that proxies send while the service behind them is away. */
const AWAY: readonly number[] = [502, 504];

interface Result<T> {
  readonly data?: T;
  readonly error?: unknown;
  readonly response?: Response;
}

/**
 * The data of an answer.
 *
 * @throws Refused, Unreachable
 */
export async function answerOf<T>(result: Promise<Result<T>>): Promise<T> {
  const { data, error, response } = await result;
  if (response === undefined) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Unreachable(error);
  }
  if (response.ok && data !== undefined) return data;
  const problem = isProblem(error) ? error : null;
  if (problem === null && AWAY.includes(response.status)) throw new Unreachable(error);
  throw new Refused(response.status, problem);
}

/** What is wrong with each part of the input, by its pointer in the body (`/retry/timeout`) or its parameter. */
export function faultsOf(error: unknown): Readonly<Record<string, string>> {
  const faults = error instanceof Refused ? (error.problem?.errors ?? []) : [];
  return Object.fromEntries(faults.map(({ pointer, detail }) => [pointer, detail]));
}

/** Whether a later try may succeed without a change. */
export function mayPass(error: unknown): boolean {
  return error instanceof Unreachable || (error instanceof Refused && error.status === 503);
}

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'detail' in value && 'request_id' in value;
}
