import { isIPv6 } from 'node:net';
import { ResolverUnreachable } from '../../../targets/index.js';
import type { OwnFault } from '../../domain/own-fault.js';
import { ProxyUnreachable } from './egress-proxy.js';
import { isConnectError } from './target-connector.js';

/** Connect errors that mean that this process or its host has run out of a resource. */
const EXHAUSTED: Readonly<Record<string, OwnFault>> = {
  EMFILE: 'descriptors',
  ENFILE: 'descriptors',
  ENOMEM: 'memory',
  ENOBUFS: 'memory',
  EADDRNOTAVAIL: 'ports',
  EAGAIN: 'ports',
};

/**
 * Returns the fault of this service that ended an exchange before anything was sent, or null. Neither a receiver nor
 * its name servers can cause one. Doubtful cases, such as an unreachable network, are null.
 */
export function ownFaultOf(error: unknown): OwnFault | null {
  return isConnectError(error) ? faultOf(error) : null;
}

function faultOf(error: unknown): OwnFault | null {
  if (error instanceof ResolverUnreachable) return 'resolver';
  // The proxy may be unreachable because this host has run out of a resource.
  if (error instanceof ProxyUnreachable) return faultOf(error.cause) ?? 'egress_proxy';
  if (error instanceof AggregateError) {
    // It is our fault only if every address failed through one. An address without a server is the receiver's fault.
    const faults = error.errors.map(faultOf);
    return faults.includes(null) ? null : (faults[0] ?? null);
  }
  const { code = '', address = '' } = (error ?? {}) as { code?: string; address?: string };
  // For an IPv6 address, this means that the host has no IPv6, not that all ports are taken.
  if (code === 'EADDRNOTAVAIL' && isIPv6(address)) return null;
  return EXHAUSTED[code] ?? null;
}
