import { boundedCache } from '../../shared/bounded-cache.js';
import type { Clock } from '../../shared/time/clock.js';
import { type Bucket, type Rate, takeTokens } from '../domain/token-bucket.js';
import { PublishQuota, type QuotaAnswer } from './publish-quota.js';

const MAX_TENANTS = 100_000;

/** Buckets in the memory of this process. Every process grants the full limit, so several together exceed it. */
export class LocalQuota extends PublishQuota {
  private readonly buckets = boundedCache<string, Bucket>(MAX_TENANTS);

  constructor(private readonly clock: Pick<Clock, 'monotonicMs'>) {
    super();
  }

  override take(tenantId: string, rate: Rate): QuotaAnswer {
    const { granted, bucket } = takeTokens(this.buckets.get(tenantId) ?? null, rate, this.clock.monotonicMs(), 1);
    this.buckets.set(tenantId, bucket);
    return { isGranted: granted === 1, remaining: Math.floor(bucket.tokens) };
  }
}
