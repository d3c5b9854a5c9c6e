import { newUuid } from '../shared/ids/uuid.js';
import { settlingMsOf } from './settling.js';
import { toRevival } from './subscription.mapping.js';

const NOW = Date.UTC(2026, 10, 8, 14, 5, 10);

describe('the answer that revives a subscription', () => {
  it('offers a replay that includes what processes published while they did not know of the changes', () => {
    const revived = {
      disabledReason: 'failing',
      disabledAtMs: NOW - 86_400_000,
      held: { count: 0, hasMore: false },
      isActive: true,
    };
    const settlingMs = settlingMsOf({ subscriptionCacheTtl: 20 });

    const { disabled_at: disabledAt, replay } = toRevival(newUuid(NOW), revived, { nowMs: NOW, settlingMs });

    expect(disabledAt).toBe('2026-11-07T14:05:10.000Z');
    expect(replay).toMatchObject({ since: '2026-11-07T14:04:40.000Z', until: '2026-11-08T14:05:40.000Z' });
  });
});
