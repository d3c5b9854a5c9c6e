import { isIP, type Socket } from 'node:net';
import { buildConnector } from 'undici';
import type { TargetGuard } from '../../../targets/index.js';
import { mendParserOf } from './undici-parser.js';

/** TLS sessions that are kept to resume, of all hosts together. */
const MAX_TLS_SESSIONS = 1000;

/** Where a connection is to lead: addresses that were judged, and none other. */
export interface Destination {
  readonly host: string;
  readonly addresses: readonly string[];
  readonly port: number;
  /** Ends when there is no more time; its reason says so. */
  readonly signal: AbortSignal;
  /** By `performance.now()`, when that will be. */
  readonly deadlineMs: number;
}

/** Makes a TCP connection to a destination, straight or through something. */
export type OpenSocket = (destination: Destination) => Promise<Socket>;

/** Connecting took too long. */
export class ConnectTimeout extends Error {
  readonly code = 'ETIMEDOUT';

  constructor(timeoutMs: number) {
    super(`no connection within ${timeoutMs / 1000} s`);
  }
}

/** What came of connecting, when nothing could have been sent yet. */
const connectErrors = new WeakSet();

/** Marks an error as one from connecting. */
export function asConnectError<T extends object>(error: T): T {
  connectErrors.add(error);
  return error;
}

/** Whether an error is that of a connection that was never made. */
export function isConnectError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && connectErrors.has(error);
}

/**
 * Connects to targets: names are resolved and judged, and connections made to the addresses that were judged. TLS is
 * spoken with the target, under its name.
 *
 * @param timeoutMs for all of it
 */
export function targetConnector(guard: TargetGuard, open: OpenSocket, timeoutMs: number): buildConnector.connector {
  // It has no time limit of its own. It speaks HTTP/1.1 only and returns the socket, which its type does not say.
  const secure = buildConnector({ timeout: 0, allowH2: false, maxCachedSessions: MAX_TLS_SESSIONS }) as (
    ...args: Parameters<buildConnector.connector>
  ) => Socket;
  return (options, callback) => {
    const deadline = new AbortController();
    const { signal } = deadline;
    let isOver = false;
    const timer = setTimeout(() => {
      // What came while this process was too busy to read it is read before.
      setImmediate(() => {
        // What is connected by then has its request already.
        if (!isOver) deadline.abort(new ConnectTimeout(timeoutMs));
      });
    }, timeoutMs);
    const { hostname, protocol, port } = options;
    const isSecure = protocol === 'https:';
    const deadlineMs = performance.now() + timeoutMs;
    const connected = async (): Promise<Socket> => {
      const host = hostname.replace(/^\[(.*)\]$/, '$1');
      // A literal address was judged with the URL.
      const addresses = isIP(host) === 0 ? await inTime(guard.addressesOf(host), signal) : [host];
      if (addresses.length === 0) throw Object.assign(new Error(`${host} has no address`), { code: 'ENODATA' });
      return open({ host, addresses, port: port === '' ? (isSecure ? 443 : 80) : Number(port), signal, deadlineMs });
    };
    const shaken = (httpSocket: Socket): Promise<Socket> =>
      new Promise((resolve, reject) => {
        const shaking = secure({ ...options, httpSocket }, (...[error, socket]) => {
          if (error === null) resolve(socket);
          else reject(error);
        });
        signal.addEventListener('abort', () => shaking.destroy(signal.reason as Error));
      });
    connected()
      .then((socket) => (isSecure ? shaken(socket) : socket))
      .finally(() => {
        isOver = true;
        clearTimeout(timer);
      })
      .then(
        (socket) => {
          callback(null, socket);
          mendParserOf(socket);
        },
        (error: unknown) => {
          callback(asConnectError(error as Error), null);
        },
      );
  };
}

function inTime<T>(asked: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
    asked.then(resolve, reject);
  });
}
