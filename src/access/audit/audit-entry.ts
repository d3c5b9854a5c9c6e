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
  'session.created',
  'session.ended',
  'session.revoked',
  'portal_session.created',
  'portal_session.exchanged',
  'portal_session.revoked',
  'portal_session.all_revoked',
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/**
 * `key`: an API key, perhaps through a session; `portal`: a portal session; `open`: a caller without a key while
 * API_ACCESS is open; `service`: the service itself.
 */
export const ACTORS = ['key', 'portal', 'open', 'service'] as const;
export type Actor = (typeof ACTORS)[number];

/** A row of `audit_log`. */
export interface AuditEntry {
  readonly id: Uuid;
  readonly tenantId: string | null;
  readonly keyId: Uuid | null;
  readonly actor: Actor;
  /** The session through which the caller came; null without one. */
  readonly sessionId: Uuid | null;
  /** Who used a portal, as its host says. */
  readonly sessionActor: string | null;
  readonly action: AuditAction;
  /** Id of the affected object, as the API shows it. */
  readonly target: string;
  /** Names of the fields that were set, never their values. */
  readonly changed: readonly string[];
  readonly address: string | null;
  readonly requestId: string | null;
  readonly createdAt: Date;
}
