import type { Rate } from '../domain/token-bucket.js';

/** What a tenant may do; null where it leaves it to the settings. */
export interface TenantLimits {
  readonly eventsPerSecond: number | null;
  readonly burst: number | null;
  readonly maxSubscriptions: number | null;
}

/** A row of `tenants`. */
export interface Tenant {
  readonly id: string;
  readonly name: string | null;
  readonly limits: TenantLimits;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The settings that hold where a tenant says nothing. */
interface LimitSettings {
  /** 0 is no limit. */
  readonly maxEventsPerSecond: number;
  readonly maxSubscriptions: number;
}

/** How fast a tenant may publish; null when as fast as it can. */
export function publishRate({ eventsPerSecond, burst }: TenantLimits, settings: LimitSettings): Rate | null {
  const perSecond = eventsPerSecond ?? settings.maxEventsPerSecond;
  return perSecond === 0 ? null : { perSecond, burst: burst ?? perSecond };
}

export function subscriptionLimit({ maxSubscriptions }: TenantLimits, settings: LimitSettings): number {
  return maxSubscriptions ?? settings.maxSubscriptions;
}
