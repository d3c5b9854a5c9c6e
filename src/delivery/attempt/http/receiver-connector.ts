import type { buildConnector } from 'undici';
import type { HostResolver, TargetGuard } from '../../../targets/index.js';
import { dial } from './dial.js';
import { egressConnector } from './egress-proxy.js';
import { type OpenSocket, targetConnector, type TlsTrust } from './target-connector.js';

const CONNECT_TIMEOUT_MS = 5000;

/** How connections to receivers are made. */
interface Ways {
  readonly guard: TargetGuard;
  /** Resolves the name of the egress proxy. */
  readonly names: HostResolver;
  readonly egressProxyUrl: string | undefined;
}

/** Connects to receivers through the guard, directly or through the egress proxy. Takes 5 s at most. */
export function receiverConnector(
  { guard, names, egressProxyUrl }: Ways,
  trust: TlsTrust = 'verified',
): buildConnector.connector {
  if (egressProxyUrl !== undefined) {
    return egressConnector(guard, new URL(egressProxyUrl), names, CONNECT_TIMEOUT_MS, trust);
  }
  const open: OpenSocket = ({ addresses, port, signal }) => dial(addresses, port, signal);
  return targetConnector(guard, open, CONNECT_TIMEOUT_MS, trust);
}
