import { newUuid } from '../../shared/ids/uuid.js';
import { aClaimedDelivery } from '../../../test/support/factories.js';
import { ClaimedSubscriptions } from './claimed-subscriptions.js';

const LARGE = 'x'.repeat(20_000);

describe('subscriptions that claims have read', () => {
  it('are read once per version of their row, and kept within a limit on their size', async () => {
    const reads: string[] = [];
    const known = new ClaimedSubscriptions((ids) => {
      reads.push(...ids);
      const { subscription } = aClaimedDelivery({ subscription: { headers: { large: LARGE } } });
      return Promise.resolve(ids.map((id) => ({ id, version: '1', subscription })));
    });
    const claimed = Array.from({ length: 2000 }, () => ({ subscription_id: newUuid(0), version: '1' }));

    await known.of(claimed.slice(0, 100));
    await known.of(claimed.slice(0, 100));
    expect(reads).toHaveLength(100);

    expect((await known.of(claimed)).size).toBe(2000);
    reads.length = 0;
    await known.of(claimed.toReversed());
    // 40 MB of headers do not fit; the latest ones stay.
    expect(reads.length).toBeGreaterThan(1000);
    expect(reads.length).toBeLessThan(1900);
  });
});
