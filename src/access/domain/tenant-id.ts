const TENANT_ID = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

/** Letters, digits, "_", "." and "-", beginning with a letter or digit; at most 64. Chosen by the client. */
export function isTenantId(text: string): boolean {
  return TENANT_ID.test(text);
}
