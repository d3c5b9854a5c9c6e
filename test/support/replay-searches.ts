import { finishedFilter, missingFilter } from '../../src/delivery/api/replay-filter.js';
import type { HistoryFilter } from '../../src/delivery/domain/history-filter.js';
import type { Uuid } from '../../src/shared/ids/uuid.js';

const DAY_MS = 86_400_000;

type ReplaySearch = readonly [
  name: string,
  list: 'deliveries' | 'events',
  filter: HistoryFilter,
  servedBy: readonly string[],
];

/**
 * What replays look for, oldest first, with the indexes that find it. They begin with the oldest day that has events:
 * on a busy machine, a first step may be the only one in time.
 *
 * @param other a subscription that has missed events
 */
export function replaySearches({
  days,
  subscription,
  other,
}: {
  days: number;
  subscription: Uuid;
  other: Uuid;
}): ReplaySearch[] {
  const since = new Date(Date.now() - (days - 1) * DAY_MS).toISOString().slice(0, 10);
  const before = new Date(Date.now() + DAY_MS);
  const allFailed = finishedFilter({ statuses: ['failed'], since }, before);
  const missing = missingFilter({ since }, { subscriptionId: other, wanted: ['order.paid'], before });

  return [
    [
      'what failed',
      'deliveries',
      allFailed,
      ['deliveries_subscription or deliveries_pkey', 'deliveries_tenant_unsuccessful', 'open_deliveries_subscription'],
    ],
    [
      'what failed at a subscription',
      'deliveries',
      { ...allFailed, subscriptionIds: [subscription] },
      [
        'deliveries_subscription or deliveries_pkey',
        'deliveries_subscription_unsuccessful',
        'open_deliveries_subscription',
      ],
    ],
    [
      'what a subscription has missed',
      'events',
      missing,
      ['deliveries_subscription', 'events_pkey or events_type', 'events_type', 'open_deliveries_subscription'],
    ],
  ];
}
