import fc from 'fast-check';
import { type AttemptResult, NO_PHASES } from './attempt-outcome.js';
import { decide, type RetryPolicy } from './retry-policy.js';

const POLICY: RetryPolicy = { maxAttempts: 5, initialIntervalMs: 10_000, maxIntervalMs: 60_000 };
const NOW = Date.UTC(2026, 0, 31, 12);

const aResult = (given: Partial<AttemptResult> = {}): AttemptResult => ({
  statusCode: 500,
  error: { code: 'bad_status', message: '' },
  durationMs: 5,
  responseHeaders: {},
  responseBody: Buffer.alloc(0),
  retryAfter: null,
  phases: NO_PHASES,
  sent: null,
  ...given,
});
const decideAfter = (given: Partial<AttemptResult>, attemptsUsed = 1, chance = 0.5) =>
  decide(POLICY, aResult(given), { attemptsUsed, nowMs: NOW, chance });

describe('the retry policy', () => {
  it.each([200, 201, 204, 299])('treats %d as delivered', (statusCode) => {
    expect(decideAfter({ statusCode, error: null }, 5)).toEqual({ next: 'delivered' });
  });

  it.each([199, 300, 302, 400, 401, 404, 409, 429, 500, 503])('retries after %d', (statusCode) => {
    expect(decideAfter({ statusCode })).toEqual({ next: 'retry', delayMs: 10_000 });
  });

  it('retries when no response came', () => {
    const error = { code: 'timeout' as const, message: '' };
    expect(decideAfter({ statusCode: null, error })).toMatchObject({ next: 'retry' });
  });

  it('doubles the interval up to the maximum', () => {
    const waits = [1, 2, 3, 4].map((used) => decideAfter({}, used));
    expect(waits).toEqual([10_000, 20_000, 40_000, 60_000].map((delayMs) => ({ next: 'retry', delayMs })));
  });

  it('fails when all attempts are used, and not before', () => {
    expect(decideAfter({}, 4)).toMatchObject({ next: 'retry' });
    expect(decideAfter({}, 5)).toEqual({ next: 'failed', disablesSubscription: false });
  });

  it('fails at once after 410, and disables the subscription', () => {
    expect(decideAfter({ statusCode: 410 })).toEqual({ next: 'failed', disablesSubscription: true });
  });

  it('fails at once when the address is blocked', () => {
    const error = { code: 'blocked_address' as const, message: '' };
    expect(decideAfter({ statusCode: null, error })).toEqual({ next: 'failed', disablesSubscription: false });
  });

  it.each([
    ['30', 30_000],
    ['1', 10_000],
    ['86400', 60_000],
    [new Date(NOW + 25_000).toUTCString(), 25_000],
    [new Date(NOW - 25_000).toUTCString(), 10_000],
    ['soon', 10_000],
    ['-5', 10_000],
    ['', 10_000],
  ])('obeys Retry-After "%s" if it is longer than the backoff, up to the maximum interval', (retryAfter, delayMs) => {
    expect(decideAfter({ statusCode: 503, retryAfter })).toEqual({ next: 'retry', delayMs });
  });

  it('varies the interval by up to a fifth, whatever the policy', () => {
    const interval = fc.integer({ min: 10, max: 1_000_000 });
    fc.assert(
      fc.property(
        interval,
        interval,
        fc.integer({ min: 1, max: 99 }),
        fc.double({ min: 0, max: 0.999999, noNaN: true }),
        (a, b, used, chance) => {
          const policy = { maxAttempts: 100, initialIntervalMs: Math.min(a, b), maxIntervalMs: Math.max(a, b) };
          const decision = decide(policy, aResult(), { attemptsUsed: used, nowMs: NOW, chance });
          const plain = Math.min(policy.maxIntervalMs, policy.initialIntervalMs * 2 ** (used - 1));
          expect(decision.next).toBe('retry');
          if (decision.next !== 'retry') return;
          expect(decision.delayMs).toBeGreaterThanOrEqual(Math.floor(plain * 0.8));
          expect(decision.delayMs).toBeLessThanOrEqual(Math.ceil(plain * 1.2));
        },
      ),
    );
  });
});
