import { request } from 'node:http';
import { isIP, isIPv6, type Socket } from 'node:net';
import { buildConnector } from 'undici';
import type { TargetGuard } from '../../shared/targets/target-guard.js';

/** The egress proxy did not make a connection: it is away, refuses, or can't reach the target. */
export class ProxyFailure extends Error {}

/** Connecting took too long, through a proxy or not. */
class ConnectTimeout extends Error {
  readonly code = 'ETIMEDOUT';
}

/**
 * Connects through an HTTP proxy, by CONNECT, for http and https alike. It opens no hole: names are resolved and judged here, as
 * without a proxy, and the proxy is given the address that was judged and never the name. TLS is spoken with the target, inside
 * the tunnel, under the name.
 *
 * @param proxy http, perhaps with user and password
 */
export function egressConnector(guard: TargetGuard, proxy: URL, timeoutMs: number): buildConnector.connector {
  const secure = buildConnector({ timeout: timeoutMs, allowH2: false });
  return (options, callback) => {
    const { hostname, protocol, port } = options;
    const targetPort = port === '' ? (protocol === 'https:' ? '443' : '80') : port;
    openTunnel(guard, proxy, { hostname, port: targetPort, deadlineMs: performance.now() + timeoutMs }).then(
      (socket) => {
        if (protocol === 'https:') secure({ ...options, httpSocket: socket }, callback);
        else callback(null, socket);
      },
      (error: unknown) => {
        callback(error as Error, null);
      },
    );
  };
}

interface Destination {
  readonly hostname: string;
  readonly port: string;
  readonly deadlineMs: number;
}

/** Tries the addresses of the target in turn. @throws what the last of them met; BlockedTarget when one may not be reached */
async function openTunnel(
  guard: TargetGuard,
  proxy: URL,
  { hostname, port, deadlineMs }: Destination,
): Promise<Socket> {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  // A literal address was judged with the URL.
  const addresses = isIP(host) === 0 ? await guard.addressesOf(host) : [host];
  let failure: unknown = new ProxyFailure(`${host} has no address`);
  for (const address of addresses) {
    try {
      return await connectTo(
        proxy,
        `${isIPv6(address) ? `[${address}]` : address}:${port}`,
        deadlineMs - performance.now(),
      );
    } catch (error) {
      failure = error;
      if (error instanceof ConnectTimeout) break;
    }
  }
  throw failure;
}

function connectTo(proxy: URL, authority: string, timeoutMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const { username, password } = proxy;
    const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    const connecting = request({
      host: proxy.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: proxy.port === '' ? 80 : proxy.port,
      method: 'CONNECT',
      path: authority,
      agent: false,
      headers: {
        host: authority,
        connection: 'keep-alive',
        ...(credentials !== ':' && { 'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}` }),
      },
    });
    const timer = setTimeout(
      () => {
        connecting.destroy(new ConnectTimeout('no connection through the egress proxy in time'));
      },
      Math.max(0, timeoutMs),
    );
    connecting.once('error', (error) => {
      clearTimeout(timer);
      reject(error instanceof ConnectTimeout ? error : new ProxyFailure(`the egress proxy: ${error.message}`));
    });
    connecting.once('connect', (answer, socket: Socket, head) => {
      clearTimeout(timer);
      if (answer.statusCode !== 200) {
        socket.destroy();
        reject(new ProxyFailure(`the egress proxy answered ${answer.statusCode ?? 'nothing'}`));
        return;
      }
      if (head.length > 0) socket.unshift(head);
      socket.setNoDelay(true);
      socket.setKeepAlive(true, 60_000);
      resolve(socket);
    });
    connecting.end();
  });
}
