import { request } from 'node:http';
import { isIP, isIPv6, type Socket } from 'node:net';
import type { buildConnector } from 'undici';
import type { HostResolver, TargetGuard } from '../../../targets/index.js';
import { isSuccess } from '../../domain/attempt-outcome.js';
import { dial } from './dial.js';
import { type Destination, targetConnector, type TlsTrust } from './target-connector.js';

/** Maximum size of the proxy's response headers, in bytes. */
const MAX_HEAD_BYTES = 16_384;
/** Maximum addresses per target that the proxy is asked for, because a name may have thousands. */
const MAX_ADDRESSES = 4;
/** Share of the connect timeout that the connection to the proxy itself may take. */
const PROXY_SHARE = 0.6;
const PROXY_AUTHENTICATION_REQUIRED = 407;

/**
 * The egress proxy refused the target or could not reach it. Tenants can read the message, so it does not contain the
 * address of the proxy.
 */
export class ProxyFailure extends Error {}

/** The egress proxy is unreachable or refuses our credentials. The target is not to blame. */
export class ProxyUnreachable extends Error {}

/**
 * Connects through an HTTP proxy with CONNECT, for http and https targets alike. The guard still applies: names are
 * resolved and checked here, as without a proxy, and the proxy gets the checked address, never the name.
 *
 * @param proxy http URL, optionally with user and password
 * @param names resolves the proxy's own name
 * @param timeoutMs total time, from resolving the target's name to the end of the TLS handshake with the target
 */
export function egressConnector(
  guard: TargetGuard,
  proxy: URL,
  names: HostResolver,
  timeoutMs: number,
  trust: TlsTrust = 'verified',
): buildConnector.connector {
  const proxyHost = proxy.hostname.replace(/^\[(.*)\]$/, '$1');
  const reachProxy = async (signal: AbortSignal): Promise<Socket> => {
    const patience = AbortSignal.timeout(Math.round(timeoutMs * PROXY_SHARE));
    try {
      const addresses = isIP(proxyHost) === 0 ? await names.resolve(proxyHost) : [proxyHost];
      return await dial(addresses, proxy.port === '' ? 80 : Number(proxy.port), AbortSignal.any([signal, patience]));
    } catch (error) {
      throw signal.aborted ? error : new ProxyUnreachable('the egress proxy cannot be reached', { cause: error });
    }
  };
  return targetConnector(guard, (destination) => openTunnel(proxy, reachProxy, destination), timeoutMs, trust);
}

/** Tries the addresses of the target one after another. @throws the error of the last one */
async function openTunnel(
  proxy: URL,
  reachProxy: (signal: AbortSignal) => Promise<Socket>,
  { addresses, port, signal, deadlineMs }: Destination,
): Promise<Socket> {
  const tried = addresses.slice(0, MAX_ADDRESSES);
  let failure: unknown;
  for (const [n, address] of tried.entries()) {
    const isLast = n === tried.length - 1;
    // An address that never answers takes at most half of the remaining time.
    const share = isLast
      ? signal
      : AbortSignal.any([signal, AbortSignal.timeout(Math.max(0, Math.round((deadlineMs - performance.now()) / 2)))]);
    try {
      return await tunnelTo(
        proxy,
        await reachProxy(signal),
        `${isIPv6(address) ? `[${address}]` : address}:${port}`,
        share,
      );
    } catch (error) {
      // The other addresses would fail in the same way.
      if (error instanceof ProxyUnreachable) throw error;
      failure = error;
    }
  }
  throw failure;
}

/** @param connected socket connected to the proxy */
function tunnelTo(proxy: URL, connected: Socket, authority: string, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const credentials = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
    const connecting = request({
      createConnection: () => connected,
      method: 'CONNECT',
      path: authority,
      maxHeaderSize: MAX_HEAD_BYTES,
      headers: {
        host: authority,
        connection: 'keep-alive',
        ...(credentials !== ':' && { 'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}` }),
      },
      signal,
    });
    connecting.once('error', (error: NodeJS.ErrnoException) => {
      reject(signal.aborted ? (signal.reason as Error) : failureOf(error));
    });
    connecting.once('connect', (answer, socket: Socket, head) => {
      const status = answer.statusCode ?? 0;
      if (!isSuccess(status)) {
        socket.destroy();
        const message = `the egress proxy answered ${status} and made no connection to the target`;
        reject(status === PROXY_AUTHENTICATION_REQUIRED ? new ProxyUnreachable(message) : new ProxyFailure(message));
        return;
      }
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    connecting.end();
  });
}

function failureOf(error: NodeJS.ErrnoException): ProxyFailure {
  const { code } = error;
  // Error codes of Node.js's HTTP parser start with HPE_.
  const what = code?.startsWith('HPE_') ? 'sent an invalid HTTP response' : 'closed the connection';
  return new ProxyFailure(`the egress proxy ${what}${code === undefined ? '' : ` (${code})`}`, { cause: error });
}
