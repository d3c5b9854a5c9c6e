/** Delivery policy of a subscription; intervals and timeouts in milliseconds. */
export interface DeliveryPolicy {
  /** Maximum number of attempts, including the first. */
  readonly maxAttempts: number;
  readonly initialIntervalMs: number;
  readonly maxIntervalMs: number;
  readonly timeoutMs: number;
  /** Maximum concurrent requests per worker process. */
  readonly maxInFlight: number;
}

/** The policy fields of a subscription; null where the service's default applies. */
export type PolicyChoice = { readonly [K in keyof DeliveryPolicy]: number | null };

/** The service's defaults; intervals in seconds, as in the settings. */
interface PolicySettings {
  readonly maxRetries: number;
  readonly initialRetryInterval: number;
  readonly maxRetryInterval: number;
  readonly webhookTimeout: number;
  readonly maxInFlight: number;
}

export function effectivePolicy(choice: PolicyChoice, settings: PolicySettings): DeliveryPolicy {
  const initialIntervalMs = choice.initialIntervalMs ?? settings.initialRetryInterval * 1000;
  return {
    maxAttempts: choice.maxAttempts ?? settings.maxRetries,
    initialIntervalMs,
    // If only the initial interval is set, the maximum must not be shorter.
    maxIntervalMs: choice.maxIntervalMs ?? Math.max(settings.maxRetryInterval * 1000, initialIntervalMs),
    timeoutMs: choice.timeoutMs ?? settings.webhookTimeout * 1000,
    maxInFlight: choice.maxInFlight ?? settings.maxInFlight,
  };
}

/**
 * Keeps a field on the service's default if it was, and the given value is that default. Otherwise a client that sends
 * an answer back would fix the defaults of that moment, which the answer shows.
 */
export function keepingDefaults<T extends Partial<PolicyChoice>>(
  given: T,
  stored: PolicyChoice,
  settings: PolicySettings,
): T {
  const { maxAttempts, initialIntervalMs, maxIntervalMs, timeoutMs, maxInFlight } = stored;
  const previous: PolicyChoice = { maxAttempts, initialIntervalMs, maxIntervalMs, timeoutMs, maxInFlight };
  const fields = Object.keys(previous) as (keyof PolicyChoice)[];
  const kept = fields.filter((field) => {
    const byDefault = effectivePolicy({ ...previous, ...given, [field]: null }, settings)[field];
    return previous[field] === null && given[field] === Math.round(byDefault);
  });
  return { ...given, ...Object.fromEntries(kept.map((field) => [field, null])) };
}

/** Returns what is wrong with a policy, with pointers to the subscription's fields. */
export function policyFaults(policy: DeliveryPolicy, retentionDays: number): { pointer: string; detail: string }[] {
  const faults: { pointer: string; detail: string }[] = [];
  if (policy.maxIntervalMs < policy.initialIntervalMs) {
    faults.push({ pointer: '/retry/max_interval', detail: 'must be at least initial_interval' });
  }
  // Events are dropped after their retention period, even if a delivery would still be retried.
  const days = retryHorizonMs(policy) / 86_400_000;
  if (days < retentionDays) return faults;
  const detail =
    `allows retries for ${Math.ceil(days)} days, but events are kept for RETENTION_DAYS (${retentionDays}); ` +
    'use fewer attempts or a shorter max_interval';
  return [...faults, { pointer: '/retry', detail }];
}

/** Upper bound for the time in which retries finish, in milliseconds. Jitter adds up to 20 % to an interval. */
function retryHorizonMs(policy: Omit<DeliveryPolicy, 'maxInFlight'>): number {
  return policy.maxAttempts * (policy.maxIntervalMs * 1.2 + policy.timeoutMs);
}
