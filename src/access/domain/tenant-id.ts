import { LIMITS } from '../../shared/limits.js';

/** The form of a tenant's id. */
export const TENANT_ID = new RegExp(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,${LIMITS.tenantIdLength - 1}}$`);

/**
 * Letters, digits, "_", "." and "-", beginning with a letter or digit; at most `tenantIdLength`. Chosen by the client.
 */
export function isTenantId(text: string): boolean {
  return TENANT_ID.test(text);
}
