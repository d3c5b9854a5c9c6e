/** How the types begin that only the service publishes. */
export const OPERATIONAL = 'webhooks.';
