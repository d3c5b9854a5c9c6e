import { aFinishedAttempt } from '../../../test/support/factories.js';
import type { Outbox } from '../../announcements/index.js';
import type { AskingTenants } from '../../subscriptions/index.js';
import type { FinishedAttempt } from '../domain/finished-attempt.js';
import { AnnouncedFailures } from './announced-failures.js';

const FAILED = { next: 'failed', disablesSubscription: false } as const;
const RETRY = { next: 'retry', delayMs: 1 } as const;

describe('the failures that are announced', () => {
  let asked: [string, string][];
  let rings: number;
  let failures: AnnouncedFailures;

  beforeEach(() => {
    asked = [];
    rings = 0;
    const asking = {
      mayAsk: (tenantId: string, type: string) => {
        asked.push([tenantId, type]);
        return tenantId === 'asking';
      },
    };
    failures = new AnnouncedFailures(
      asking as unknown as AskingTenants,
      { ring: () => (rings += 1) } as unknown as Outbox,
    );
  });

  const anAttempt = (
    decision: FinishedAttempt['decision'],
    { tenantId = 'asking', eventType = 'order.created' } = {},
  ): FinishedAttempt => {
    const attempt = aFinishedAttempt({ decision });
    return { ...attempt, delivery: { ...attempt.delivery, tenantId, eventType } };
  };

  it('are those that end a delivery of a tenant that may ask for them', () => {
    const failed = anAttempt(FAILED);
    const others = [anAttempt(RETRY), anAttempt({ next: 'delivered' }), anAttempt(FAILED, { tenantId: 'silent' })];

    expect(failures.among([...others, failed])).toEqual([failed.delivery.id]);
    expect(asked).toEqual([
      ['silent', 'webhooks.delivery.failed'],
      ['asking', 'webhooks.delivery.failed'],
    ]);
  });

  it('are none of those of operational events, which would lead to further ones', () => {
    const own = ['webhooks.delivery.failed', 'webhooks.replay.finished', 'webhooks.of.tomorrow'];

    expect(failures.among(own.map((eventType) => anAttempt(FAILED, { eventType })))).toEqual([]);
    expect(failures.among([anAttempt(FAILED, { eventType: 'webhooks' })])).toHaveLength(1);
  });

  it('cost a group without a failure no question', () => {
    expect(failures.among([anAttempt({ next: 'delivered' }), anAttempt(RETRY)])).toEqual([]);
    expect(asked).toEqual([]);
  });

  it('wake the publisher of this process once they are recorded', () => {
    failures.recorded([]);
    expect(rings).toBe(0);
    failures.recorded(['a', 'b']);
    expect(rings).toBe(1);
  });
});
