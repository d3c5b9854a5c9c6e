import type { ServerOptions } from 'node:http';
import type { Settings } from '../shared/config/settings.js';
import { LIMITS } from '../shared/limits.js';

/** How often it is looked for clients that take too long. By default that is half a minute. */
const CONNECTIONS_CHECK_MS = 1000;

/** What every HTTP server of the service holds its clients to. */
export function serverOptions({ requestTimeout }: Pick<Settings, 'requestTimeout'>): ServerOptions {
  return {
    // Its absence is refused with a body that says so.
    requireHostHeader: false,
    // The parser of Node.js refuses what reaches this size.
    maxHeaderSize: LIMITS.headerBytes + 1,
    headersTimeout: Math.min(LIMITS.headersSeconds, requestTimeout) * 1000,
    requestTimeout: requestTimeout * 1000,
    connectionsCheckingInterval: CONNECTIONS_CHECK_MS,
  };
}
