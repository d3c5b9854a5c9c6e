import { LIMITS } from '../../shared/limits.js';

/** Format of tenant ids. */
export const TENANT_ID = new RegExp(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,${LIMITS.tenantIdLength - 1}}$`);

/**
 * Whether the text is a valid tenant id: letters, digits, "_", "." and "-", starting with a letter or digit, at most
 * `tenantIdLength` characters. Clients choose the ids.
 */
export function isTenantId(text: string): boolean {
  return TENANT_ID.test(text);
}
