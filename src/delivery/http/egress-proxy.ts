import { request } from 'node:http';
import { isIP, isIPv6, type Socket } from 'node:net';
import { buildConnector } from 'undici';
import type { TargetGuard } from '../../shared/targets/target-guard.js';
import { isSuccess } from '../domain/attempt-outcome.js';

/** Largest head of a proxy's answer, in bytes. */
const MAX_HEAD_BYTES = 16_384;
/** Most addresses of a target that a connection is tried to: a name must not make the proxy busy with thousands. */
const MAX_ADDRESSES = 4;

/**
 * The egress proxy did not make a connection: it is away, refuses, or can't reach the target. Tenants may read the message, so it
 * does not say where the proxy is.
 */
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
 * @param timeoutMs from resolving the name to the answer of the proxy; for TLS as long again
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
  const judged = isIP(host) === 0 ? await inTime(guard.addressesOf(host), deadlineMs) : [host];
  const addresses = judged.slice(0, MAX_ADDRESSES);
  let failure: unknown = Object.assign(new Error(`${host} has no address`), { code: 'ENODATA' });
  for (const [n, address] of addresses.entries()) {
    const leftMs = deadlineMs - performance.now();
    // One that never answers leaves time for the next.
    const timeoutMs = n === addresses.length - 1 ? leftMs : leftMs / 2;
    try {
      return await connectTo(proxy, `${isIPv6(address) ? `[${address}]` : address}:${port}`, timeoutMs);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

async function inTime(resolved: Promise<string[]>, deadlineMs: number): Promise<string[]> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new ConnectTimeout('the name was not resolved in time'));
    }, deadlineMs - performance.now());
  });
  try {
    return await Promise.race([resolved, tooLate]);
  } finally {
    clearTimeout(timer);
  }
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
      maxHeaderSize: MAX_HEAD_BYTES,
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
    connecting.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      reject(error instanceof ConnectTimeout ? error : failureOf(error));
    });
    connecting.once('connect', (answer, socket: Socket, head) => {
      clearTimeout(timer);
      const status = answer.statusCode ?? 0;
      if (!isSuccess(status)) {
        socket.destroy();
        reject(new ProxyFailure(`the egress proxy answered ${status}`));
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

function failureOf(error: NodeJS.ErrnoException): ProxyFailure {
  const { code = 'unknown error' } = error;
  // Codes of Node's HTTP parser begin so.
  const what = code.startsWith('HPE_') ? 'answered with what is no HTTP' : 'can not be reached';
  return new ProxyFailure(`the egress proxy ${what} (${code})`, { cause: error });
}
