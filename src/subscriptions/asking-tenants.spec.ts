import { eventually } from '../../test/support/eventually.js';
import { silentLogger } from '../../test/support/silent-logger.js';
import type { Transactions } from '../shared/database/transaction.js';
import type { Clock } from '../shared/time/clock.js';
import { AskingTenants } from './asking-tenants.js';
import type { SubscriptionCache } from './subscription-cache.js';
import type { SubscriptionsRepository } from './subscriptions.repository.js';

const TYPE = 'webhooks.delivery.failed';

describe('the tenants that ask for an operational event', () => {
  let nowMs: number;
  let stored: string[];
  let reads: (readonly string[])[];
  let failure: Error | null;
  let change: () => void;
  let asking: AskingTenants;

  beforeEach(() => {
    nowMs = 0;
    stored = ['a'];
    reads = [];
    failure = null;
    const repository = {
      findTenantsWanting: (_: unknown, patterns: readonly string[]) => {
        reads.push(patterns);
        const tenants = stored;
        return failure === null ? Promise.resolve(tenants) : Promise.reject(failure);
      },
    };
    asking = new AskingTenants(
      repository as unknown as SubscriptionsRepository,
      { run: (_: null, work: (tx: unknown) => unknown) => work(null) } as unknown as Transactions,
      { onChange: (listener: () => void) => (change = listener) } as unknown as SubscriptionCache,
      { monotonicMs: () => nowMs } as Clock,
      silentLogger,
    );
  });

  const untilKnown = (): Promise<boolean> => eventually(() => asking.mayAsk('b', TYPE), { until: (may) => !may });

  it('may be any tenant until they are known, and then are those with such a subscription', async () => {
    expect([asking.mayAsk('a', TYPE), asking.mayAsk('b', TYPE)]).toEqual([true, true]);
    expect(reads).toEqual([['webhooks.delivery.failed', 'webhooks.delivery.*', 'webhooks.*']]);

    await untilKnown();

    expect(asking.mayAsk('a', TYPE)).toBe(true);
    expect(reads).toHaveLength(1);
  });

  it('are read again only when they are asked for after five seconds, and until then may be any', async () => {
    asking.mayAsk('b', TYPE);
    await untilKnown();
    stored = ['b'];
    nowMs = 4999;
    expect(asking.mayAsk('b', TYPE)).toBe(false);

    nowMs = 5000;
    expect([asking.mayAsk('a', TYPE), asking.mayAsk('c', TYPE)]).toEqual([true, true]);
    await eventually(() => asking.mayAsk('a', TYPE), { until: (may) => !may });
    expect(asking.mayAsk('b', TYPE)).toBe(true);
    expect(reads).toHaveLength(2);
  });

  it('may be any after a change of subscriptions, also if that happened while they were read', async () => {
    asking.mayAsk('b', TYPE);
    await untilKnown();
    change();
    expect(asking.mayAsk('b', TYPE)).toBe(true);
    change();
    stored = [];

    await untilKnown();
    expect(asking.mayAsk('a', TYPE)).toBe(false);
    expect(reads.length).toBeGreaterThanOrEqual(3);
  });

  it('may be any while they cannot be read', async () => {
    failure = new Error('PostgreSQL is away.');
    asking.mayAsk('b', TYPE);
    await eventually(() => {
      asking.mayAsk('b', TYPE);
      return reads.length;
    }, { until: (count) => count >= 2 }); // prettier-ignore

    expect(asking.mayAsk('b', TYPE)).toBe(true);
    failure = null;
    await untilKnown();
  });
});
