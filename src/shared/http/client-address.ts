import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';

/** Of an IPv4 address inside an IPv6 one, the longest there is. */
const MAX_LENGTH = 45;

/**
 * The address of a client, as far as TRUSTED_PROXIES can be believed. A proxy may pass on whatever a client has written into
 * `X-Forwarded-For`; what is no address is not believed, and then it is that of the connection.
 *
 * @returns null when the connection is closed: the system does not know any more
 */
export function clientAddressOf({ ip, socket }: Pick<FastifyRequest, 'ip' | 'socket'>): string | null {
  // The type does not tell that it may be missing.
  const forwarded = ip as string | undefined;
  if (forwarded !== undefined && forwarded.length <= MAX_LENGTH && isIP(forwarded) !== 0) return forwarded;
  return socket.remoteAddress ?? null;
}
