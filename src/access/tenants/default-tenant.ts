/** The tenant of requests that name none. It always exists. */
export const DEFAULT_TENANT = 'default';
