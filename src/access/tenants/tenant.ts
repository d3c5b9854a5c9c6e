import type { Rate } from '../domain/token-bucket.js';

/** The limits of a tenant; null where the setting applies. */
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
  /** Origins whose pages may show the portal in a frame. */
  readonly frameAncestors: readonly string[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The settings that apply where a tenant has no limit of its own. */
interface LimitSettings {
  /** 0 means no limit. */
  readonly maxEventsPerSecond: number;
  readonly maxSubscriptions: number;
}

/** The rate at which a tenant may publish; null if unlimited. */
export function publishRate({ eventsPerSecond, burst }: TenantLimits, settings: LimitSettings): Rate | null {
  const perSecond = eventsPerSecond ?? settings.maxEventsPerSecond;
  return perSecond === 0 ? null : { perSecond, burst: burst ?? perSecond };
}

export function subscriptionLimit({ maxSubscriptions }: TenantLimits, settings: LimitSettings): number {
  return maxSubscriptions ?? settings.maxSubscriptions;
}
