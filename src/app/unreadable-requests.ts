import { randomUUID } from 'node:crypto';
import { type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { PROBLEM_CONTENT_TYPE, problemOf } from '../shared/http/problem.js';
import { LIMITS } from '../shared/limits.js';

/** What the HTTP parser of Node.js says of a request that it gave up, and what that means. */
const UNREADABLE: Readonly<Record<string, readonly [status: number, code: string, detail: string]>> = {
  HPE_HEADER_OVERFLOW: [
    431,
    'headers_too_large',
    `There are more than ${LIMITS.headers} headers, or they are larger than ${LIMITS.headerBytes} bytes together.`,
  ],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'request_timeout', 'The request took too long to arrive.'],
};

/**
 * A request that could not be read to the end of its headers gets its problem, too, and then no other one on this
 * connection.
 */
export function answerUnreadable(error: Error & { code?: string }, socket: Socket): void {
  // A client that has opened a connection for later, and asked for nothing yet, would take an answer for that of its
  // first request.
  const isUnused = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && socket.bytesRead === 0;
  if (error.code === 'ECONNRESET' || !socket.writable || isUnused) {
    socket.destroy();
    return;
  }
  const [status, code, detail] = UNREADABLE[error.code ?? ''] ?? [400, 'malformed_request', 'That is not HTTP.'];
  const body = JSON.stringify(problemOf(status, code, detail, { path: '', requestId: randomUUID() }));
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nContent-Type: ${PROBLEM_CONTENT_TYPE}\r\n`;
  socket.end(`${head}Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`);
}

/**
 * Hands over a request with an expectation other than 100-continue, which Node.js would answer itself, without a body.
 */
export function answerExpectations(server: Server, { routing }: Pick<FastifyInstance, 'routing'>): void {
  server.on('checkExpectation', (request, response) => {
    routing(request, response);
  });
}
