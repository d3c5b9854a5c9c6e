import type { Capability } from './capability.js';

/** What a portal session may do. */
export interface PortalGrant {
  readonly capabilities: ReadonlySet<Capability>;
  /** UUIDs of the subscriptions that it is limited to; null for all of the tenant. */
  readonly subscriptionIds: readonly string[] | null;
}
