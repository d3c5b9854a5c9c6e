/** A step sends what the rate allows in this time. */
const STEP_SECONDS = 0.25;
const MOST_AT_ONCE = 500;
/** Deliveries that may wait for their first attempt: as many as the rate sends in this time, but at least some. */
const WINDOW_SECONDS = 3;
const LEAST_WINDOW = 50;
/** What a late step may make up for. */
const LATENESS_MS = 1000;
/** How long a replay of several subscriptions waits for one that is busy, until it sends a batch all the same. */
export const PATIENCE_MS = 10_000;

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;

/** Deliveries of one step. */
export function batchSize(rate: number): number {
  return Math.min(Math.max(Math.ceil(rate * STEP_SECONDS), 1), MOST_AT_ONCE);
}

/** How long a batch takes at a rate. A replay that gets another rate waits this long at most for its next batch. */
export function batchMs(rate: number): number {
  return (batchSize(rate) * 1000) / rate;
}

/** How many deliveries may be opened ahead of their first attempts. */
export function windowOf(rate: number): number {
  return Math.max(Math.ceil(rate * WINDOW_SECONDS), LEAST_WINDOW);
}

/** When the next batch may be sent. Time that nobody used is lost, except for a moment. */
export function nextSendMs(given: {
  readonly sendAtMs: number;
  readonly nowMs: number;
  readonly sent: number;
  readonly rate: number;
}): number {
  const { sendAtMs, nowMs, sent, rate } = given;
  return Math.max(sendAtMs, nowMs - LATENESS_MS) + (sent * 1000) / rate;
}

/** How long to wait before the outcomes are looked for again: longer each time that none has become known. */
export function nextPauseMs(lastPauseMs: number, hasSettled: boolean): number {
  return hasSettled ? FIRST_PAUSE_MS : Math.min(Math.max(lastPauseMs * 2, FIRST_PAUSE_MS), LONGEST_PAUSE_MS);
}
