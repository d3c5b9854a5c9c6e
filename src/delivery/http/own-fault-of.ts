import { isIPv6 } from 'node:net';
import { ResolverUnreachable } from '../../shared/targets/name-servers.js';
import type { OwnFault } from '../domain/own-fault.js';
import { ProxyUnreachable } from './egress-proxy.js';
import { isConnectError } from './target-connector.js';

/** What connecting meets when this process or its machine has run out of something. */
const EXHAUSTED: Readonly<Record<string, OwnFault>> = {
  EMFILE: 'descriptors',
  ENFILE: 'descriptors',
  ENOMEM: 'memory',
  ENOBUFS: 'memory',
  EADDRNOTAVAIL: 'ports',
  EAGAIN: 'ports',
};

/**
 * Whether an exchange failed for a reason of ours before anything was sent. No receiver and no name server of one can bring that
 * about: what is in doubt, such as a network that can't be reached, is null.
 */
export function ownFaultOf(error: unknown): OwnFault | null {
  return isConnectError(error) ? faultOf(error) : null;
}

function faultOf(error: unknown): OwnFault | null {
  if (error instanceof ResolverUnreachable) return 'resolver';
  // What the proxy could not do because something ran out here is that.
  if (error instanceof ProxyUnreachable) return faultOf(error.cause) ?? 'egress_proxy';
  if (error instanceof AggregateError) {
    // Ours only if it is the same for all addresses: one that the receiver has and does not serve is its own affair.
    const faults = error.errors.map(faultOf);
    return faults.includes(null) ? null : (faults[0] ?? null);
  }
  const { code = '', address = '' } = (error ?? {}) as { code?: string; address?: string };
  // With an address of IPv6 it says that there is none of those here, and not that all ports are taken.
  if (code === 'EADDRNOTAVAIL' && isIPv6(address)) return null;
  return EXHAUSTED[code] ?? null;
}
