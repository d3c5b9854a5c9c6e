import { LIMITS } from '../shared/limits.js';

/** What every HTTP server of the service holds its clients to. Without the last one, it would look for slow ones twice a minute. */
export const SERVER_OPTIONS = {
  maxHeaderSize: LIMITS.headerBytes,
  headersTimeout: LIMITS.headersSeconds * 1000,
  requestTimeout: LIMITS.requestSeconds * 1000,
  connectionsCheckingInterval: 1000,
};
