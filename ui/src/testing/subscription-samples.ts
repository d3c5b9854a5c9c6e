import type { ListedSubscriptionAnswer, SubscriptionPage, SubscriptionWithHealthAnswer } from '../api/generated';

/** The id of the n-th subscription. */
export function subscriptionId(number: number): string {
  return `sub_01k6zv1yqpe7rtqq6zjy2${String(number).padStart(5, '0')}`;
}

type Given = Partial<Omit<SubscriptionWithHealthAnswer, 'health'>> & {
  readonly health?: Partial<SubscriptionWithHealthAnswer['health']>;
};

/** A subscription that works, with its health. */
export function aSubscription({ health, ...given }: Given = {}): SubscriptionWithHealthAnswer {
  const hours = Array.from(
    { length: 24 },
    () => 1,
  ) as unknown as SubscriptionWithHealthAnswer['health']['success_by_hour'];
  const period = { attempts: 1430, success_rate: 1, p95_ms: 84.2 };
  return {
    id: subscriptionId(1),
    target_url: 'https://hooks.example.com/in',
    event_types: ['order.*'],
    state: 'active',
    disabled_reason: null,
    disabled_at: null,
    description: 'Billing',
    headers: {},
    shown_headers: [],
    auth: null,
    signature_scheme: 'v1',
    public_key: null,
    retry: { max_attempts: 5, initial_interval: 10, max_interval: 3600 },
    timeout: 15,
    max_in_flight: 32,
    verify_ingest: false,
    metadata: {},
    created_at: '2026-01-31T12:00:00.000Z',
    updated_at: '2026-01-31T12:00:00.000Z',
    ...given,
    health: {
      state: 'healthy',
      summary: 'All 1,430 attempts of the last day succeeded.',
      success_rate: 1,
      success_by_hour: hours,
      consecutive_failures: 0,
      failing_since: null,
      disabling_progress: null,
      waiting: 0,
      parked: 0,
      lane: { in_flight: 3, width: 32, limit: 32, workers: 1 },
      as_of: '2026-01-31T12:00:00.000Z',
      last_hour: period,
      last_day: period,
      last_success_at: '2026-01-31T12:00:00.000Z',
      ...health,
    },
  };
}

export function aSubscriptionPage(
  data: ListedSubscriptionAnswer[],
  given: Partial<SubscriptionPage> = {},
): SubscriptionPage {
  return { data, has_more: false, next_cursor: null, ...given };
}
