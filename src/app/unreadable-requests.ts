import { randomUUID } from 'node:crypto';
import { type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { PROBLEM_CONTENT_TYPE, problemOf } from '../shared/http/problem.js';
import type { RequestLog } from '../shared/http/request-log.js';
import { LIMITS } from '../shared/limits.js';
import { networkOf } from '../shared/net/client-address.js';

/** Responses by error code of the HTTP parser of Node.js. */
const UNREADABLE: Readonly<Record<string, readonly [status: number, code: string, detail: string]>> = {
  HPE_HEADER_OVERFLOW: [
    431,
    'headers_too_large',
    `The request has more than ${LIMITS.headers} headers, or its path and headers exceed ${LIMITS.headerBytes} bytes.`,
  ],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'request_timeout', 'The request took too long to arrive.'],
};

/** Returns a handler that answers a request whose headers could not be read, logs it, and closes the connection. */
export function answerUnreadable(log: RequestLog): (error: Error & { code?: string }, socket: Socket) => void {
  return (error, socket) => {
    const refusal = refuse(error, socket);
    if (refusal === null) return;
    const network = socket.remoteAddress === undefined ? null : networkOf(socket.remoteAddress);
    log.refused({ ...refusal, method: null, route: null, sender: { keyId: null, tenantId: null, network } });
  };
}

/** @returns null if there is nobody to answer */
function refuse(
  error: Error & { code?: string },
  socket: Socket,
): { requestId: string; status: number; code: string } | null {
  // A client that opened a connection for later use would take this response for the one to its first request.
  const isUnused = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && socket.bytesRead === 0;
  if (error.code === 'ECONNRESET' || !socket.writable || isUnused) {
    socket.destroy();
    return null;
  }
  const [status, code, detail] = UNREADABLE[error.code ?? ''] ?? [
    400,
    'malformed_request',
    'The request is not valid HTTP.',
  ];
  const requestId = randomUUID();
  const body = JSON.stringify(problemOf(status, code, detail, { path: '', requestId }));
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nContent-Type: ${PROBLEM_CONTENT_TYPE}\r\n`;
  socket.end(
    `${head}X-Request-Id: ${requestId}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
  return { requestId, status, code };
}

/** Routes requests that expect something other than 100-continue. Node.js would respond by itself, without a body. */
export function answerExpectations(server: Server, { routing }: Pick<FastifyInstance, 'routing'>): void {
  server.on('checkExpectation', (request, response) => {
    routing(request, response);
  });
}
