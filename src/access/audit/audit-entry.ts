import type { Uuid } from '../../shared/ids/uuid.js';

/** The audited actions. New ones may be added; existing names keep their meaning. */
export const AUDIT_ACTIONS = [
  'subscription.created',
  'subscription.changed',
  'subscription.deleted',
  'subscription.disabled',
  'subscription.secret_rotated',
  'subscription.secret_read',
  'subscription.checked',
  'subscription.reencrypted',
  'delivery.retried',
  'delivery.cancelled',
  'replay.created',
  'replay.changed',
  'replay.cancelled',
  'key.created',
  'key.rotated',
  'key.revoked',
  'tenant.created',
  'tenant.changed',
  'tenant.deleted',
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** `key`: an API key; `open`: a caller without a key while API_ACCESS is open; `service`: the service itself. */
export type Actor = 'key' | 'open' | 'service';

/** A row of `audit_log`. */
export interface AuditEntry {
  readonly id: Uuid;
  readonly tenantId: string | null;
  readonly keyId: Uuid | null;
  readonly actor: Actor;
  readonly action: AuditAction;
  /** Id of the affected object, as the API shows it. */
  readonly target: string;
  /** Names of the fields that were set, never their values. */
  readonly changed: readonly string[];
  readonly address: string | null;
  readonly requestId: string | null;
  readonly createdAt: Date;
}
