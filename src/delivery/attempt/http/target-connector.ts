import { isIP, type Socket } from 'node:net';
import { buildConnector } from 'undici';
import type { TargetGuard } from '../../../targets/index.js';
import { beginConnecting, handingOver } from './connecting.js';
import { patchParserOf } from './undici-parser.js';

/** Maximum cached TLS sessions, over all hosts. */
const MAX_TLS_SESSIONS = 1000;

/** Where to connect. All addresses have passed the guard. */
export interface Destination {
  readonly host: string;
  readonly addresses: readonly string[];
  readonly port: number;
  /** Aborts when the time is over, with a ConnectTimeout as its reason. */
  readonly signal: AbortSignal;
  /** When that will be, on the clock of `performance.now()`. */
  readonly deadlineMs: number;
}

/** Opens a TCP connection to a destination, directly or through a proxy. */
export type OpenSocket = (destination: Destination) => Promise<Socket>;

/** `unverified` accepts every certificate. It serves to read a certificate; nothing may be sent over it. */
export type TlsTrust = 'verified' | 'unverified';

/** Connecting took too long. */
export class ConnectTimeout extends Error {
  readonly code = 'ETIMEDOUT';

  constructor(timeoutMs: number) {
    super(
      `the receiver did not accept a connection within ${timeoutMs / 1000} s; check that it runs and that its firewall lets this service in`,
    );
  }
}

/** Errors from connecting. At that point, nothing can have been sent. */
const connectErrors = new WeakSet();

/** Marks an error as a connect error. */
export function asConnectError<T extends object>(error: T): T {
  connectErrors.add(error);
  return error;
}

/** Whether an error was marked as a connect error. */
export function isConnectError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && connectErrors.has(error);
}

/**
 * Connects to targets. The guard resolves the name and checks its addresses, and the connection goes to a checked
 * address. TLS verifies the name of the target.
 *
 * @param timeoutMs total time, from resolving the name to the end of the TLS handshake
 */
export function targetConnector(
  guard: TargetGuard,
  open: OpenSocket,
  timeoutMs: number,
  trust: TlsTrust = 'verified',
): buildConnector.connector {
  const secure = tlsConnector(trust);
  return (options, callback) => {
    const deadline = new AbortController();
    const { signal } = deadline;
    let isOver = false;
    const timer = setTimeout(() => {
      // First reads what has arrived while this process was too busy to read it.
      setImmediate(() => {
        // A connection that was made meanwhile already carries its request.
        if (!isOver) deadline.abort(new ConnectTimeout(timeoutMs));
      });
    }, timeoutMs);
    const { hostname, protocol, port } = options;
    const isSecure = protocol === 'https:';
    const deadlineMs = performance.now() + timeoutMs;
    const connecting = beginConnecting();
    const connectTcp = async (): Promise<Socket> => {
      const host = hostname.replace(/^\[(.*)\]$/, '$1');
      const isName = isIP(host) === 0;
      if (isName) connecting.enter('dnsMs');
      // The check of the URL has covered a literal address.
      const addresses = isName ? await inTime(guard.addressesOf(host), signal) : [host];
      if (addresses.length === 0) throw Object.assign(new Error(`${host} has no address`), { code: 'ENODATA' });
      connecting.enter('connectMs');
      return open({ host, addresses, port: port === '' ? (isSecure ? 443 : 80) : Number(port), signal, deadlineMs });
    };
    const secured = (httpSocket: Socket): Promise<Socket> =>
      new Promise((resolve, reject) => {
        connecting.enter('tlsMs');
        const tlsSocket = secure({ ...options, httpSocket }, (...[error, socket]) => {
          if (error === null) resolve(socket);
          else reject(error);
        });
        signal.addEventListener('abort', () => tlsSocket.destroy(signal.reason as Error));
      });
    connectTcp()
      .then((socket) => (isSecure ? secured(socket) : socket))
      .finally(() => {
        isOver = true;
        clearTimeout(timer);
        connecting.enter(null);
      })
      .then(
        (socket) => {
          handingOver(connecting, () => {
            callback(null, socket);
          });
          patchParserOf(socket);
        },
        (error: unknown) => {
          callback(asConnectError(error as Error), null);
        },
      );
  };
}

/** Makes TLS of a connection. It offers HTTP/1.1 only and returns the socket, which the type of undici does not say. */
function tlsConnector(trust: TlsTrust): (...args: Parameters<buildConnector.connector>) => Socket {
  // The timeout of the target connector covers it.
  const options = { timeout: 0, allowH2: false, maxCachedSessions: MAX_TLS_SESSIONS };
  return buildConnector({ ...options, ...(trust === 'unverified' && { rejectUnauthorized: false }) }) as ReturnType<
    typeof tlsConnector
  >;
}

function inTime<T>(asked: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
    asked.then(resolve, reject);
  });
}
