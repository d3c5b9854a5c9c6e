import { jest } from '@jest/globals';
import { aLiveFeed } from '../../../test/support/a-live-feed.js';
import { aClaimedDelivery } from '../../../test/support/factories.js';
import { silentLogger } from '../../../test/support/silent-logger.js';
import type { Logger } from '../../shared/logging/logger.js';
import { Metrics } from '../../shared/metrics/metrics.js';
import { OwnFaults } from '../../shared/own-faults.js';
import { SystemClock } from '../../shared/time/clock.js';
import type { DeliveryPolicy, SubscriptionDisabling } from '../../subscriptions/index.js';
import { AttemptPipeline } from './attempt-pipeline.js';
import type { AttemptWriter } from './attempt-writer.js';
import type { PostponedDelivery } from '../domain/finished-attempt.js';
import { AttemptReport } from './attempt-report.js';
import { NotAttempted, type WebhookSender } from './http/webhook-sender.js';

const POLICY = { maxAttempts: 3, timeoutMs: 1000 } as DeliveryPolicy;

/** A pipeline whose sender always throws `fault`. */
function aPipeline(fault: Error, given: { postpone?: () => Promise<boolean> } = {}) {
  const postponed: PostponedDelivery[] = [];
  const recorded: unknown[] = [];
  const writer: Pick<AttemptWriter, 'postpone' | 'write'> = {
    postpone: (each) => {
      postponed.push(each);
      return given.postpone?.() ?? Promise.resolve(true);
    },
    write: (attempt) => {
      recorded.push(attempt);
      return Promise.resolve('recorded');
    },
  };
  const metrics = new Metrics();
  const logger: Logger = silentLogger;
  const ownFaults = new OwnFaults(new SystemClock(), logger, metrics);
  const pipeline = new AttemptPipeline(
    { send: () => Promise.reject(fault) } as unknown as WebhookSender,
    writer as AttemptWriter,
    {} as SubscriptionDisabling,
    new SystemClock(),
    { next: () => 0.5 },
    new AttemptReport(logger, metrics, aLiveFeed(), new SystemClock()),
    ownFaults,
  );
  return { metrics, ownFaults, pipeline, postponed, recorded };
}

describe('a delivery that a fault of this service keeps from being sent', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  const fault = new NotAttempted('encryption_key', new Error('another key'));

  it('is postponed by some seconds, and uses no attempt', async () => {
    const { metrics, ownFaults, pipeline, postponed, recorded } = aPipeline(fault);
    const delivery = aClaimedDelivery({ attempt: 2 });

    const run = pipeline.run(delivery, POLICY, () => undefined);
    await jest.runAllTimersAsync();
    await run;

    expect(postponed).toEqual([{ delivery, delayMs: 10_000 }]);
    expect(recorded).toEqual([]);
    expect(ownFaults.ofLastMinute()).toEqual(['encryption_key']);
    expect(await metrics.render()).not.toMatch(/^webhook_attempts_total\{.*\} [1-9]/m);
  });

  it('reports a failure to its lane, after a pause', async () => {
    const { pipeline, postponed } = aPipeline(fault);
    const answers: boolean[] = [];

    const run = pipeline.run(aClaimedDelivery(), POLICY, (isHealthy) => answers.push(isHealthy));
    await jest.advanceTimersByTimeAsync(250);
    expect([postponed.length, answers]).toEqual([1, []]);
    await jest.runAllTimersAsync();
    await run;

    expect(answers).toEqual([false]);
  });

  it('waits for the end of its lease if it cannot be put back', async () => {
    const { pipeline, postponed } = aPipeline(fault, { postpone: () => Promise.reject(new Error('no connection')) });
    const answers: boolean[] = [];

    const run = pipeline.run(aClaimedDelivery(), POLICY, (isHealthy) => answers.push(isHealthy));
    await jest.runAllTimersAsync();
    await run;

    expect([postponed.length, answers]).toEqual([1, [false]]);
  });
});

describe('an attempt whose receiver asks to be disabled', () => {
  it('is counted and logged even if the subscription cannot be disabled', async () => {
    const lines: unknown[] = [];
    const log = (_: unknown, event: unknown): void => void lines.push(event);
    const logger = { ...silentLogger, info: log, error: log } as Logger;
    const metrics = new Metrics();
    const result = {
      statusCode: 410,
      error: { code: 'bad_status' as const, message: 'gone' },
      durationMs: 1,
      responseHeaders: {},
      responseBody: Buffer.alloc(0),
      retryAfter: null,
    };
    const pipeline = new AttemptPipeline(
      { send: () => Promise.resolve(result) } as unknown as WebhookSender,
      { write: () => Promise.resolve('recorded') } as unknown as AttemptWriter,
      { disableGone: () => Promise.reject(new Error('no database')) } as unknown as SubscriptionDisabling,
      new SystemClock(),
      { next: () => 0.5 },
      new AttemptReport(logger, metrics, aLiveFeed(), new SystemClock()),
      new OwnFaults(new SystemClock(), logger, metrics),
    );

    await pipeline.run(aClaimedDelivery(), POLICY, () => undefined);

    expect(lines).toEqual(['delivery.attempted', 'subscription.not_disabled']);
    expect(await metrics.render()).toContain('webhook_attempts_total{status_class="4xx"} 1');
  });
});
