import type { ServerOptions } from 'node:http';
import type { Settings } from '../shared/config/settings.js';
import { LIMITS } from '../shared/limits.js';

/** Interval between checks for clients that send too slowly. The default of Node.js is 30 s. */
const CONNECTIONS_CHECK_MS = 1000;

/** Limits of every HTTP server of the service. */
export function serverOptions({ requestTimeout }: Pick<Settings, 'requestTimeout'>): ServerOptions {
  return {
    // A hook refuses requests without a Host header, with a problem body.
    requireHostHeader: false,
    // Node.js refuses headers that reach this size, not only those that exceed it.
    maxHeaderSize: LIMITS.headerBytes + 1,
    headersTimeout: Math.min(LIMITS.headersSeconds, requestTimeout) * 1000,
    requestTimeout: requestTimeout * 1000,
    connectionsCheckingInterval: CONNECTIONS_CHECK_MS,
  };
}
