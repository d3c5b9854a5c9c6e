import type { Uuid } from '../../shared/ids/uuid.js';
import type { Role } from '../domain/role.js';

/** A row of `api_keys`. */
export interface ApiKey {
  readonly id: Uuid;
  /** Null for a key for all tenants. */
  readonly tenantId: string | null;
  readonly role: Role;
  readonly name: string | null;
  readonly secretHash: Buffer;
  readonly createdAt: Date;
  /** The key that created this one; null for BOOTSTRAP_API_KEY and for keys created without one. */
  readonly createdBy: Uuid | null;
  readonly rotatedFrom: Uuid | null;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
}
