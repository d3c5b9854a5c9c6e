import type { Uuid } from '../../shared/ids/uuid.js';
import type { Role } from '../domain/role.js';

/** A row of `api_keys`. */
export interface ApiKey {
  readonly id: Uuid;
  /** Null: all tenants. */
  readonly tenantId: string | null;
  readonly role: Role;
  readonly name: string | null;
  readonly secretHash: Buffer;
  readonly createdAt: Date;
  /** The key that made it; null for the first one, and for those made while the service ran open. */
  readonly createdBy: Uuid | null;
  readonly rotatedFrom: Uuid | null;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
}
