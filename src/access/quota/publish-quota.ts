import type { Rate } from '../domain/token-bucket.js';

/** What became of a request for one token. */
export interface QuotaAnswer {
  readonly isGranted: boolean;
  /** Whole tokens that are left. */
  readonly remaining: number;
}

/** How many events each tenant may still publish now: a token bucket for each. */
export abstract class PublishQuota {
  /** Takes one token from the bucket of a tenant. Never throws. */
  abstract take(tenantId: string, rate: Rate): QuotaAnswer | Promise<QuotaAnswer>;
}
