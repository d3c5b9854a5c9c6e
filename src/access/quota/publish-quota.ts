import type { Rate } from '../domain/token-bucket.js';

/** The answer to a request for one token. */
export interface QuotaAnswer {
  readonly isGranted: boolean;
  /** Whole tokens left after this request. */
  readonly remaining: number;
}

/** Limits how fast each tenant publishes, with one token bucket per tenant. */
export abstract class PublishQuota {
  /** Takes one token from the tenant's bucket. Never throws. */
  abstract take(tenantId: string, rate: Rate): QuotaAnswer | Promise<QuotaAnswer>;
}
