/** How deliveries to a subscription are made. Intervals and timeouts in milliseconds. */
export interface DeliveryPolicy {
  /** Attempts in all. */
  readonly maxAttempts: number;
  readonly initialIntervalMs: number;
  readonly maxIntervalMs: number;
  readonly timeoutMs: number;
  /** Requests at once, in each worker process. */
  readonly maxInFlight: number;
}

/** What a subscription says; null where it leaves it to the service. */
export type PolicyChoice = { readonly [K in keyof DeliveryPolicy]: number | null };

/** The settings that hold where a subscription says nothing; intervals in seconds, as settings are. */
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
    // A subscription that only lengthens its first interval means its longest one to be no shorter.
    maxIntervalMs: choice.maxIntervalMs ?? Math.max(settings.maxRetryInterval * 1000, initialIntervalMs),
    timeoutMs: choice.timeoutMs ?? settings.webhookTimeout * 1000,
    maxInFlight: choice.maxInFlight ?? settings.maxInFlight,
  };
}

/** What is wrong with a policy; pointers are those of a subscription's fields. */
export function policyFaults(policy: DeliveryPolicy, retentionDays: number): { pointer: string; detail: string }[] {
  if (policy.maxIntervalMs < policy.initialIntervalMs) {
    return [{ pointer: '/retry/max_interval', detail: 'must be at least initial_interval' }];
  }
  // Events are dropped when their retention is over, also under a delivery that would still be retried.
  const days = retryHorizonMs(policy) / 86_400_000;
  if (days < retentionDays) return [];
  const detail =
    `lets retries take ${Math.ceil(days)} days, but events are kept for RETENTION_DAYS (${retentionDays}): ` +
    'use fewer attempts or a shorter max_interval';
  return [{ pointer: '/retry', detail }];
}

/** The longest that a delivery can stay unfinished by its retries, in milliseconds; jitter adds up to a fifth. */
function retryHorizonMs(policy: Omit<DeliveryPolicy, 'maxInFlight'>): number {
  return policy.maxAttempts * (policy.maxIntervalMs * 1.2 + policy.timeoutMs);
}
