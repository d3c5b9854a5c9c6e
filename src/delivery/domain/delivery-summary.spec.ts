import { ATTEMPT_ERROR_CODES, type AttemptErrorCode } from './attempt-outcome.js';
import { deliverySummary, type SummarizedDelivery } from './delivery-summary.js';
import { statusSentence } from './status-sentence.js';

const NOW = Date.UTC(2026, 10, 3, 14, 5, 10);
const SUB = 'sub_01k6zv1yqpe7rtqq6zjy2k3m4n';
const DLV = 'dlv_01k6zv1yqpe7rtqq6zjy200001';
const RETRY = `POST /deliveries/${DLV}/retry`;
const REVIVE = `set the state of the subscription to "active" with PATCH /subscriptions/${SUB}`;

/** A delivery that was accepted a second ago, for an active subscription. */
const aDelivery = (given: Partial<SummarizedDelivery>): SummarizedDelivery => ({
  ...{ id: DLV, subscriptionId: SUB, status: 'pending', createdAtMs: NOW - 1000 },
  ...{ attemptCount: 0, abandonedCount: 0, maxAttempts: 5 },
  ...{ nextAttemptAtMs: NOW + 30_000, isParked: false, leaseUntilMs: null, finishedAtMs: null },
  ...{
    lastStatusCode: null,
    lastError: null,
    subscriptionState: 'active',
    disabledBecause: 'its receiver answered 410',
    hasLateAttempt: false,
  },
  ...given,
});
const summaryOf = (given: Partial<SummarizedDelivery>): string => deliverySummary(aDelivery(given), NOW);

const ANSWERED_503 = {
  lastStatusCode: 503,
  lastError: { code: 'bad_status', message: 'the receiver answered 503' },
} as const;

describe('the summary of a delivery that was never attempted', () => {
  it.each<[string, Partial<SummarizedDelivery>, string]>([
    ['just accepted', {}, 'The delivery was created at 14:05:09 UTC, and the first attempt follows within seconds.'],
    [
      'overdue',
      { createdAtMs: NOW - 86_400_000 },
      'The delivery was created on 2 Nov at 14:05:10 UTC, and this service should have sent it within seconds; check GET /health and whether a worker runs.',
    ],
    [
      'parked',
      { isParked: true, nextAttemptAtMs: null },
      'The delivery was created at 14:05:09 UTC and is queued: the receiver already has as many requests in flight as max_in_flight and its pace allow.',
    ],
    [
      'of a paused subscription',
      { isParked: true, subscriptionState: 'paused' },
      `The delivery is on hold because its subscription is paused; to release it, ${REVIVE}.`,
    ],
    [
      'of a disabled subscription',
      { isParked: true, subscriptionState: 'disabled' },
      `The delivery is on hold because its subscription is disabled: its receiver answered 410; once the receiver takes deliveries again, ${REVIVE}.`,
    ],
    [
      'of a deleted subscription',
      { subscriptionState: 'deleted' },
      'The delivery will be cancelled within seconds because its subscription has been deleted.',
    ],
  ])('%s', (_, given, sentence) => {
    expect(summaryOf(given)).toBe(sentence);
  });
});

describe('the summary of a delivery that is retried', () => {
  const retrying = { status: 'retrying', attemptCount: 2, ...ANSWERED_503 } as const;

  it.each<[string, Partial<SummarizedDelivery>, string]>([
    ['later', {}, 'The receiver answered 503; the next attempt is at 14:05:40 UTC, with three left.'],
    [
      'tomorrow, in another year',
      { nextAttemptAtMs: Date.UTC(2027, 0, 1) },
      'The receiver answered 503; the next attempt is on 1 Jan 2027 at 00:00:00 UTC, with three left.',
    ],
    ['now', { nextAttemptAtMs: NOW }, 'The receiver answered 503; the next attempt is due now, with three left.'],
    [
      'for the last time',
      { attemptCount: 4 },
      'The receiver answered 503; the next attempt, the last one, is at 14:05:40 UTC.',
    ],
    [
      'for the last time, since fewer are allowed by now',
      { maxAttempts: 1 },
      'The receiver answered 503; the next attempt, the last one, is at 14:05:40 UTC.',
    ],
    [
      'and had attempts that do not count',
      { attemptCount: 4, abandonedCount: 2, maxAttempts: 20 },
      'The receiver answered 503; the next attempt is at 14:05:40 UTC, with 18 left.',
    ],
    [
      'when there is room',
      { isParked: true, nextAttemptAtMs: null },
      'The receiver answered 503; the next attempt is queued behind other requests to the receiver, with three left.',
    ],
    [
      'but not while its subscription is paused',
      { subscriptionState: 'paused' },
      `The receiver answered 503; the delivery is on hold because its subscription is paused; to release it, ${REVIVE}.`,
    ],
    [
      'without a recorded outcome',
      { lastStatusCode: null, lastError: null },
      'The last attempt has left no outcome; the next attempt is at 14:05:40 UTC, with three left.',
    ],
  ])('%s', (_, given, sentence) => {
    expect(summaryOf({ ...retrying, ...given })).toBe(sentence);
  });

  /** Who is to blame. */
  const SIDES: Readonly<Record<AttemptErrorCode, RegExp>> = {
    timeout: /^The receiver /,
    connection_refused: /^The receiver /,
    connection_reset: /^The receiver /,
    dns_failure: /^On the receiver's side of the network, /,
    tls_failure: /^On the receiver's side, /,
    proxy_failure: /^On the side of this service, /,
    blocked_address: /^This service refuses the target: /,
    bad_status: /^The receiver /,
    response_invalid: /^On the receiver's side, /,
    abandoned: /^On the side of this service, /,
    subscription_gone: /^The subscription /,
    cancelled: /^A client /,
    internal_error: /^On the side of this service, /,
  };
  /** A message of each code, as attempts and deliveries have it. */
  const MESSAGES: Readonly<Record<AttemptErrorCode, string>> = {
    timeout: 'the receiver sent no complete response within 15 s; it should answer first and work later',
    connection_refused: 'the receiver refused the connection; check that it runs (ECONNREFUSED)',
    connection_reset: 'the receiver closed the connection before it answered; check its log and its proxies',
    dns_failure: 'the host name of target_url has no address; check its spelling and its DNS records (ENOTFOUND)',
    tls_failure: "the receiver's certificate has expired; renew it (CERT_HAS_EXPIRED)",
    proxy_failure: 'the egress proxy answered 502 and made no connection to the target',
    blocked_address: 'the target_url must not point to 10.0.0.1 (private)',
    bad_status: 'the receiver answered 404: check the path of target_url',
    response_invalid: 'the response is not valid HTTP; check that target_url leads to the receiver',
    abandoned: 'the worker stopped before it recorded an outcome; the receiver may have got this attempt',
    subscription_gone: 'the subscription was deleted before this delivery was finished',
    cancelled: 'a client cancelled this delivery',
    internal_error: 'the attempt failed inside the service; its log says why',
  };

  it.each(ATTEMPT_ERROR_CODES)('after %s names the side that it is on and keeps what the attempt says', (code) => {
    const summary = summaryOf({ ...retrying, lastError: { code, message: MESSAGES[code] } });

    expect(summary).toMatch(SIDES[code]);
    expect(summary.toLowerCase()).toContain(MESSAGES[code].toLowerCase());
    expect(summary).toMatch(/; the next attempt is at 14:05:40 UTC, with three left\.$/);
  });

  it('names the code of a later version, and one without a message', () => {
    expect(summaryOf({ ...retrying, lastError: { code: 'sunspots', message: null } })).toBe(
      'The last attempt ended with sunspots; the next attempt is at 14:05:40 UTC, with three left.',
    );
  });
});

describe('the summary of a delivery in flight', () => {
  const inFlight = { status: 'in_flight', attemptCount: 1, nextAttemptAtMs: null, leaseUntilMs: NOW + 1000 } as const;

  it.each<[string, Partial<SummarizedDelivery>, string]>([
    [
      'for the first time',
      {},
      'The first attempt is on its way, and the receiver has not answered yet; if it fails, four more may follow.',
    ],
    [
      'for the last time, after a failure',
      { attemptCount: 5, ...ANSWERED_503 },
      'The fifth attempt is on its way, and the receiver has not answered yet; this is the last attempt; the previous one failed: the receiver answered 503.',
    ],
    [
      'whose subscription has been deleted',
      { subscriptionState: 'deleted' },
      'The first attempt is on its way, and the receiver has not answered yet; if it fails, the delivery will be cancelled because its subscription has been deleted.',
    ],
    [
      'whose lease is over',
      { attemptCount: 11, leaseUntilMs: NOW },
      'Attempt 11 is overdue, so its worker has probably stopped; another worker will take over within seconds.',
    ],
  ])('%s', (_, given, sentence) => {
    expect(summaryOf({ ...inFlight, ...given })).toBe(sentence);
  });
});

describe('the summary of a finished delivery', () => {
  const finished = { nextAttemptAtMs: null, finishedAtMs: NOW - 5000, attemptCount: 1 } as const;
  const FIXED = `once that is fixed, ${RETRY} sends it again`;

  it.each<[string, Partial<SummarizedDelivery>, string]>([
    [
      'delivered at once',
      { status: 'delivered', lastStatusCode: 204 },
      'The receiver answered 204 to the first attempt at 14:05:05 UTC; nothing is left to do.',
    ],
    [
      'delivered after failures',
      { status: 'delivered', lastStatusCode: 200, attemptCount: 4 },
      'The receiver answered 200 to the fourth attempt at 14:05:05 UTC after three without success; nothing is left to do.',
    ],
    [
      'failed after all attempts',
      { status: 'failed', attemptCount: 5, ...ANSWERED_503 },
      `The receiver answered 503; the delivery failed at 14:05:05 UTC after five attempts, with none left; ${FIXED}.`,
    ],
    [
      'failed after all attempts, one of which a crash cut short',
      { status: 'failed', attemptCount: 6, ...ANSWERED_503 },
      `The receiver answered 503; the delivery failed at 14:05:05 UTC after six attempts, with none left; ${FIXED}.`,
    ],
    [
      'failed by a 410',
      {
        status: 'failed',
        subscriptionState: 'disabled',
        lastStatusCode: 410,
        lastError: { code: 'bad_status', message: statusSentence(410, undefined) },
      },
      `The receiver answered 410, which disables the subscription; the delivery failed at 14:05:05 UTC after one attempt; once that is fixed, ${REVIVE}, and ${RETRY} sends it again.`,
    ],
    [
      'failed by its address',
      { status: 'failed', lastError: { code: 'blocked_address', message: 'the target_url must not point there' } },
      `This service refuses the target: the target_url must not point there; the delivery failed at 14:05:05 UTC after one attempt; ${FIXED}.`,
    ],
    [
      'failed because workers died of it',
      {
        status: 'failed',
        attemptCount: 5,
        lastError: { code: 'abandoned', message: 'workers stopped during 5 of its attempts' },
      },
      `On the side of this service, workers stopped during 5 of its attempts; the delivery failed at 14:05:05 UTC after five attempts; ${FIXED}.`,
    ],
    [
      'failed, with a paused subscription',
      { status: 'failed', subscriptionState: 'paused', ...ANSWERED_503 },
      `The receiver answered 503; the delivery failed at 14:05:05 UTC after one attempt, with none left; once that is fixed, ${REVIVE}, and ${RETRY} sends it again.`,
    ],
    [
      'failed, with a subscription that is deleted',
      { status: 'failed', subscriptionState: 'deleted', ...ANSWERED_503 },
      'The receiver answered 503; the delivery failed at 14:05:05 UTC after one attempt, with none left; the subscription has been deleted, so create another one and publish the event again if it is still needed.',
    ],
    [
      'cancelled before its first attempt',
      {
        status: 'cancelled',
        attemptCount: 0,
        lastError: { code: 'cancelled', message: 'a client cancelled this delivery' },
      },
      `A client cancelled this delivery; the delivery ended at 14:05:05 UTC, before the first attempt; ${RETRY} sends it again.`,
    ],
    [
      'cancelled during an attempt',
      {
        status: 'cancelled',
        hasLateAttempt: true,
        lastError: { code: 'cancelled', message: 'a client cancelled this delivery' },
      },
      `A client cancelled this delivery; the delivery ended at 14:05:05 UTC, after one attempt, and an attempt that ended later changed nothing; ${RETRY} sends it again.`,
    ],
    [
      'cancelled with its subscription',
      {
        status: 'cancelled',
        attemptCount: 2,
        subscriptionState: 'deleted',
        lastError: { code: 'subscription_gone', message: 'the subscription was deleted' },
      },
      'The subscription was deleted; the delivery ended at 14:05:05 UTC, after two attempts; if the event is still needed, create another subscription and publish it again.',
    ],
  ])('%s', (_, given, sentence) => {
    expect(summaryOf({ ...finished, ...given })).toBe(sentence);
  });
});
