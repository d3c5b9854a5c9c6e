import { disabledSummary, failingSummary, recoveredSummary, replaySummary } from './announcement-summary.js';

const NOW = Date.UTC(2026, 10, 3, 14, 5, 10);
const HOUR_MS = 3_600_000;
const SUB = 'sub_01k6zv1yqpe7rtqq6zjy2k3m4n';
const NAMED = { id: SUB, description: 'Billing', targetHost: 'example.com' };
const UNNAMED = { ...NAMED, description: null };
const REVIVE = `once the receiver takes deliveries again, set its state to "active" with PATCH /subscriptions/${SUB}`;

const FAILING = {
  subscriptionId: '',
  stage: 'started',
  failingSinceMs: NOW - 2 * HOUR_MS,
  consecutiveFailures: 20,
  disablesAtMs: NOW + 48 * HOUR_MS,
  lastStatusCode: 503,
  lastError: { code: 'bad_status', message: null },
} as const;
const DISABLED = { subscriptionId: '', reason: 'gone', failingSinceMs: null, consecutiveFailures: null };
const REPLAY = {
  replayId: 'rpl_1',
  outcome: 'completed',
  matched: 5,
  sent: 5,
  delivered: 4,
  failed: 1,
  startedAtMs: NOW,
  finishedAtMs: NOW,
} as const;

describe('the summary of an operational event', () => {
  it.each([
    [
      FAILING,
      NAMED,
      `Nothing has been delivered to "Billing" (example.com) since 12:05:10 UTC: 20 failures in a row (the last one: the receiver answered 503); unless a delivery succeeds, the subscription is disabled on 5 Nov at 14:05:10 UTC at the earliest; POST /subscriptions/${SUB}/check looks for the cause.`,
    ],
    [
      { ...FAILING, stage: 'last_warning', failingSinceMs: NOW - 120 * HOUR_MS, disablesAtMs: NOW + HOUR_MS },
      UNNAMED,
      `Nothing has been delivered to example.com since 29 Oct at 14:05:10 UTC: 20 failures in a row (the last one: the receiver answered 503); this is the last warning: unless a delivery succeeds, the subscription is disabled at 15:05:10 UTC at the earliest; POST /subscriptions/${SUB}/check looks for the cause.`,
    ],
    [
      { ...FAILING, consecutiveFailures: 1, disablesAtMs: null, lastError: null, lastStatusCode: null },
      UNNAMED,
      `Nothing has been delivered to example.com since 12:05:10 UTC: one failure in a row; POST /subscriptions/${SUB}/check looks for the cause.`,
    ],
    [
      { ...FAILING, disablesAtMs: null, lastError: { code: 'timeout', message: null }, lastStatusCode: null },
      UNNAMED,
      `Nothing has been delivered to example.com since 12:05:10 UTC: 20 failures in a row (the last one: the receiver did not answer in time); POST /subscriptions/${SUB}/check looks for the cause.`,
    ],
  ] as const)('says since when and why a subscription fails, and what follows (%#)', (failing, subscription, text) => {
    expect(failingSummary(failing, subscription, NOW)).toBe(text);
  });

  it.each([
    [
      DISABLED,
      `The subscription to "Billing" (example.com) was disabled because its receiver answered 410; ${REVIVE}.`,
    ],
    [
      { ...DISABLED, reason: 'failing', failingSinceMs: NOW - 120 * HOUR_MS, consecutiveFailures: 40 },
      `The subscription to "Billing" (example.com) was disabled because nothing had been delivered since 29 Oct at 14:05:10 UTC: 40 failures in a row; ${REVIVE}.`,
    ],
    [
      { ...DISABLED, reason: 'something_new' },
      `The subscription to "Billing" (example.com) was disabled because of something_new; ${REVIVE}.`,
    ],
  ])('says why a subscription was disabled (%#)', (disabled, text) => {
    expect(disabledSummary(disabled, NAMED, NOW)).toBe(text);
  });

  it('says after how many failures a subscription has recovered, and how to send again what failed', () => {
    expect(recoveredSummary(FAILING, NAMED, NOW)).toBe(
      '"Billing" (example.com) takes deliveries again, after 20 failures since 12:05:10 UTC; what failed meanwhile can be sent again with POST /replays.',
    );
  });

  it.each([
    [REPLAY, 'The replay rpl_1 has ended; it sent 5 of the 5 that it matched: 4 delivered, 1 failed.'],
    [
      { ...REPLAY, outcome: 'cancelled', sent: 3, delivered: 1, failed: 0 },
      'The replay rpl_1 was cancelled; it sent 3 of the 5 that it matched: 1 delivered, 0 failed, 2 unfinished.',
    ],
    [
      { ...REPLAY, matched: 7, sent: 5, delivered: 2, failed: 0, cancelled: 3, skipped: 2 },
      'The replay rpl_1 has ended; it sent 5 of the 7 that it matched: 2 delivered, 0 failed, 3 cancelled; it skipped 2.',
    ],
    [
      { ...REPLAY, outcome: 'failed', sent: 0, delivered: 0, failed: 0 },
      'The replay rpl_1 could not go on; it sent 0 of the 5 that it matched: 0 delivered, 0 failed.',
    ],
  ] as const)('says how a replay ended (%#)', (replay, text) => {
    expect(replaySummary(replay)).toBe(text);
  });
});
