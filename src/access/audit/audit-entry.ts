import type { Uuid } from '../../shared/ids/uuid.js';

/** What is written down; the list grows, and the names keep their meaning. */
export const AUDIT_ACTIONS = [
  'subscription.created',
  'subscription.changed',
  'subscription.deleted',
  'subscription.disabled',
  'subscription.secret_rotated',
  'subscription.secret_read',
  'subscription.reencrypted',
  'delivery.retried',
  'delivery.cancelled',
  'key.created',
  'key.rotated',
  'key.revoked',
  'tenant.created',
  'tenant.changed',
  'tenant.deleted',
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** An API key, somebody without one where the service runs open, or the service itself. */
export type Actor = 'key' | 'open' | 'service';

/** A row of `audit_log`. */
export interface AuditEntry {
  readonly id: Uuid;
  readonly tenantId: string | null;
  readonly keyId: Uuid | null;
  readonly actor: Actor;
  readonly action: AuditAction;
  /** What it was done to, as the API names it. */
  readonly target: string;
  /** Names of the fields that were set; never what they were set to. */
  readonly changed: readonly string[];
  readonly address: string | null;
  readonly requestId: string | null;
  readonly createdAt: Date;
}
