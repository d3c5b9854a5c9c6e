import { request } from 'node:http';
import { isIP, isIPv6, type Socket } from 'node:net';
import type { buildConnector } from 'undici';
import type { HostResolver, TargetGuard } from '../../../targets/index.js';
import { isSuccess } from '../../domain/attempt-outcome.js';
import { dial } from './dial.js';
import { type Destination, targetConnector } from './target-connector.js';

/** Largest head of a proxy's answer, in bytes. */
const MAX_HEAD_BYTES = 16_384;
/** Most addresses of a target that the proxy is asked for: a name must not make it busy with thousands. */
const MAX_ADDRESSES = 4;
/** Share of the time to connect that a connection to the proxy itself may take. */
const PROXY_SHARE = 0.6;
const PROXY_AUTHENTICATION_REQUIRED = 407;

/**
 * The egress proxy made no connection: it refuses, or can't reach the target. Tenants may read the message, so it does
 * not say where the proxy is.
 */
export class ProxyFailure extends Error {}

/** The egress proxy is away, or does not know us: no fault of any target. */
export class ProxyUnreachable extends Error {}

/**
 * Connects through an HTTP proxy, by CONNECT, for http and https alike. It opens no hole: names are resolved and judged
 * here, as without a proxy, and the proxy is given the address that was judged and never the name.
 *
 * @param proxy http, perhaps with user and password
 * @param names where the proxy's own name is asked for
 * @param timeoutMs from resolving the name to the end of the TLS handshake with the target
 */
export function egressConnector(
  guard: TargetGuard,
  proxy: URL,
  names: HostResolver,
  timeoutMs: number,
): buildConnector.connector {
  const proxyHost = proxy.hostname.replace(/^\[(.*)\]$/, '$1');
  const reachProxy = async (signal: AbortSignal): Promise<Socket> => {
    const patience = AbortSignal.timeout(Math.round(timeoutMs * PROXY_SHARE));
    try {
      const addresses = isIP(proxyHost) === 0 ? await names.resolve(proxyHost) : [proxyHost];
      return await dial(addresses, proxy.port === '' ? 80 : Number(proxy.port), AbortSignal.any([signal, patience]));
    } catch (error) {
      throw signal.aborted ? error : new ProxyUnreachable('the egress proxy can not be reached', { cause: error });
    }
  };
  return targetConnector(guard, (destination) => openTunnel(proxy, reachProxy, destination), timeoutMs);
}

/** Tries the addresses of the target in turn. @throws what the last of them met */
async function openTunnel(
  proxy: URL,
  reachProxy: (signal: AbortSignal) => Promise<Socket>,
  { addresses, port, signal, deadlineMs }: Destination,
): Promise<Socket> {
  const tried = addresses.slice(0, MAX_ADDRESSES);
  let failure: unknown;
  for (const [n, address] of tried.entries()) {
    const isLast = n === tried.length - 1;
    // One that never answers leaves time for the next.
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
      // It would be the same for the other addresses.
      if (error instanceof ProxyUnreachable) throw error;
      failure = error;
    }
  }
  throw failure;
}

/** @param connected to the proxy */
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
        const message = `the egress proxy answered ${status}`;
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
  const { code = 'unknown error' } = error;
  // Codes of Node's HTTP parser begin so.
  const what = code.startsWith('HPE_') ? 'answered with what is no HTTP' : 'broke the connection off';
  return new ProxyFailure(`the egress proxy ${what} (${code})`, { cause: error });
}
