import type { Uuid } from '../../shared/ids/uuid.js';
import type { Capability } from '../domain/capability.js';

/** What a portal looks like. The page knows what to do without each of them. */
export interface Theme {
  readonly mode?: 'light' | 'dark' | 'auto';
  /** Colors as `#rrggbb`. */
  readonly primary?: string;
  readonly primary_foreground?: string;
  readonly background?: string;
  readonly foreground?: string;
  /** Of corners, in pixels. */
  readonly radius?: number;
}

/** What a host says of a new portal session. */
export interface PortalTerms {
  readonly tenantId: string;
  readonly capabilities: readonly Capability[];
  /** Null for all of the tenant. */
  readonly subscriptionIds: readonly Uuid[] | null;
  /** Who will use it, in the words of the host. */
  readonly actor: string | null;
  readonly returnUrl: string;
  readonly refreshUrl: string | null;
  readonly theme: Theme | null;
}

/** A row of `portal_sessions`. */
export interface PortalSession extends PortalTerms {
  readonly id: Uuid;
  readonly codeHash: Buffer;
  readonly codeExpiresAt: Date;
  /** Null until the code is exchanged. */
  readonly tokenHash: Buffer | null;
  readonly exchangedAt: Date | null;
  readonly createdAt: Date;
  /** The key that made it; null for one that was made without a key. */
  readonly createdBy: Uuid | null;
  readonly expiresAt: Date;
}
