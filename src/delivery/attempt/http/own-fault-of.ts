import { isIPv6 } from 'node:net';
import { ResolverUnreachable } from '../../../targets/index.js';
import type { OwnFault } from '../../domain/own-fault.js';
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
 * Which fault of ours, if any, ended an exchange before anything was sent. Neither a receiver nor its name servers can
 * cause one: whatever is in doubt, such as an unreachable network, is null.
 */
export function ownFaultOf(error: unknown): OwnFault | null {
  return isConnectError(error) ? faultOf(error) : null;
}

function faultOf(error: unknown): OwnFault | null {
  if (error instanceof ResolverUnreachable) return 'resolver';
  // If the proxy was out of reach because something ran out here, that is the fault.
  if (error instanceof ProxyUnreachable) return faultOf(error.cause) ?? 'egress_proxy';
  if (error instanceof AggregateError) {
    // Ours only if every address failed by a fault of ours: an address that is not served is the receiver's affair.
    const faults = error.errors.map(faultOf);
    return faults.includes(null) ? null : (faults[0] ?? null);
  }
  const { code = '', address = '' } = (error ?? {}) as { code?: string; address?: string };
  // For an IPv6 address it means that this machine has no IPv6, not that all ports are taken.
  if (code === 'EADDRNOTAVAIL' && isIPv6(address)) return null;
  return EXHAUSTED[code] ?? null;
}
