import { healthOf, healthSummary, type JudgedSubscription, successByHour, successRate } from './health.js';

const NOW = Date.UTC(2026, 10, 8, 14, 5, 10);
const SUB = 'sub_01k6zv1yqpe7rtqq6zjy2k3m4n';

const aSubscription = (given: Partial<JudgedSubscription>): JudgedSubscription => ({
  ...{ id: SUB, state: 'active', disabledBecause: null, disabledAtMs: null, waiting: 0 },
  ...{ consecutiveFailures: 0, failingSinceMs: null, lastStatusCode: null, lastErrorCode: null },
  ...{ disablesAfterDays: null, succeeded: 1430, failed: 0 },
  ...given,
});
const FAILING = {
  consecutiveFailures: 57,
  failingSinceMs: NOW - 2 * 86_400_000,
  lastStatusCode: 503,
  lastErrorCode: 'bad_status',
};

describe('the health of a subscription', () => {
  it.each<[string, Partial<JudgedSubscription>, string]>([
    ['healthy', {}, 'All 1,430 attempts of the last day succeeded.'],
    ['healthy', { succeeded: 1 }, 'The only attempt of the last day succeeded.'],
    ['healthy', { failed: 2 }, '1,430 of 1,432 attempts of the last day succeeded.'],
    [
      'healthy',
      { failed: 4, consecutiveFailures: 4 },
      '1,430 of 1,434 attempts of the last day succeeded. The last four failed.',
    ],
    [
      'failing',
      { ...FAILING, disablesAfterDays: 5 },
      'The last 57 attempts failed since 6 Nov at 14:05:10 UTC, the newest with status 503. The subscription is disabled after 5 days of nothing else at the earliest.',
    ],
    [
      'failing',
      { ...FAILING, consecutiveFailures: 5, failingSinceMs: NOW, lastStatusCode: null, lastErrorCode: 'timeout' },
      'The last five attempts failed since 14:05:10 UTC, the newest with timeout.',
    ],
    ['idle', { succeeded: 0 }, 'Nothing was sent to its receiver in the last day.'],
    ['idle', { succeeded: 0, waiting: 1 }, 'Nothing was sent to its receiver in the last day, and one delivery waits.'],
    [
      'paused',
      { state: 'paused' },
      `It is paused. Set its state to "active" with PATCH /subscriptions/${SUB} to go on.`,
    ],
    [
      'paused',
      { state: 'paused', waiting: 12 },
      `It is paused, and 12 deliveries are held until it is active. Set its state to "active" with PATCH /subscriptions/${SUB} to go on.`,
    ],
    [
      'disabled',
      {
        ...FAILING,
        state: 'disabled',
        disabledBecause: 'all attempts had failed for days',
        disabledAtMs: NOW,
        waiting: 1,
      },
      `It was disabled at 14:05:10 UTC because all attempts had failed for days. One delivery is held until it is active. Once its receiver takes deliveries again, set its state to "active" with PATCH /subscriptions/${SUB}.`,
    ],
  ])('is %s', (state, given, summary) => {
    const subscription = aSubscription(given);
    expect(healthOf(subscription)).toBe(state);
    expect(healthSummary(subscription, NOW)).toBe(summary);
  });

  it('has a success rate only with attempts', () => {
    expect([successRate(0, 0), successRate(0, 3), successRate(2, 1)]).toEqual([null, 0, 0.6667]);
  });

  it('shows each of 24 hours, the present one last', () => {
    const hours = [
      { hour: 976, succeeded: 9, failed: 0 },
      { hour: 977, succeeded: 1, failed: 1 },
      { hour: 1000, succeeded: 0, failed: 2 },
    ];
    const shown = successByHour(hours, 1000);
    expect(shown).toHaveLength(24);
    expect([shown[0], shown[1], shown[23]]).toEqual([0.5, null, 0]);
  });
});
