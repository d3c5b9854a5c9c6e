import { isIP, isIPv6 } from 'node:net';
import type { FastifyRequest } from 'fastify';

/** Groups of an IPv6 address that form its network (64 bits). One client usually controls the whole network. */
const NETWORK_GROUPS = 4;

/** Length of the longest address: an IPv6 address with embedded IPv4. */
const MAX_LENGTH = 45;

/**
 * Returns the client's address: from `X-Forwarded-For` if TRUSTED_PROXIES allows it, otherwise that of the connection.
 * A proxy may pass on anything that a client wrote into the header, so a value that is not an address is ignored.
 *
 * @returns null if the connection is closed, since the operating system then no longer knows the address
 */
export function clientAddressOf({ ip, socket }: Pick<FastifyRequest, 'ip' | 'socket'>): string | null {
  // It may be undefined, although its type says otherwise.
  const forwarded = ip as string | undefined;
  if (forwarded !== undefined && forwarded.length <= MAX_LENGTH && isIP(forwarded) !== 0) return forwarded;
  return socket.remoteAddress ?? null;
}

/** Returns what counts as one client for shared limits: an IPv4 address, or the 64-bit network of an IPv6 address. */
export function networkOf(address: string): string {
  if (!isIPv6(address) || address.startsWith('::ffff:')) return address;
  const [before = '', after] = address.replace(/%.*$/, '').split('::');
  const first = before === '' ? [] : before.split(':');
  const last = after === undefined || after === '' ? [] : after.split(':');
  const zeros = after === undefined ? 0 : Math.max(0, 8 - first.length - last.length);
  const groups = [...first, ...Array.from({ length: zeros }, () => '0'), ...last];
  return groups.slice(0, NETWORK_GROUPS).join(':');
}
