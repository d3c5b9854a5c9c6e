/** The tenant of those who choose none. It is always there. */
export const DEFAULT_TENANT = 'default';
