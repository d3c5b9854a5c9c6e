import { isIP, isIPv6 } from 'node:net';
import type { FastifyRequest } from 'fastify';

/** Groups of an IPv6 address that name its network: whoever has one address of it has all. */
const NETWORK_GROUPS = 4;

/** Of an IPv4 address inside an IPv6 one, the longest there is. */
const MAX_LENGTH = 45;

/**
 * The address of a client, as far as TRUSTED_PROXIES can be believed. A proxy may pass on whatever a client has written
 * into `X-Forwarded-For`; what is no address is not believed, and then it is that of the connection.
 *
 * @returns null when the connection is closed: the system does not know any more
 */
export function clientAddressOf({ ip, socket }: Pick<FastifyRequest, 'ip' | 'socket'>): string | null {
  // The type does not tell that it may be missing.
  const forwarded = ip as string | undefined;
  if (forwarded !== undefined && forwarded.length <= MAX_LENGTH && isIP(forwarded) !== 0) return forwarded;
  return socket.remoteAddress ?? null;
}

/** Whom an address belongs to, as far as a share is concerned: itself of IPv4, its network of 64 bits of IPv6. */
export function networkOf(address: string): string {
  if (!isIPv6(address) || address.startsWith('::ffff:')) return address;
  const [before = '', after] = address.replace(/%.*$/, '').split('::');
  const first = before === '' ? [] : before.split(':');
  const last = after === undefined || after === '' ? [] : after.split(':');
  const zeros = after === undefined ? 0 : Math.max(0, 8 - first.length - last.length);
  const groups = [...first, ...Array.from({ length: zeros }, () => '0'), ...last];
  return groups.slice(0, NETWORK_GROUPS).join(':');
}
