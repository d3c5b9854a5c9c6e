import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isDatabaseUnavailable } from '../database/unavailable.js';
import { DomainError, Unavailable } from '../errors/domain-error.js';
import { INTERNAL_ERROR, type Problem, PROBLEM_CONTENT_TYPE, problemFrom, problemOf } from './problem.js';
import { noteCode, type RequestLog, type Sender, unservedRequest } from './request-log.js';

/** Codes for the errors of Nest and Fastify, by status. */
const CODES: Readonly<Record<number, string>> = {
  400: 'malformed_request',
  404: 'not_found',
  408: 'request_timeout',
  413: 'too_large',
  414: 'uri_too_long',
  415: 'unsupported_media_type',
  417: 'expectation_failed',
  431: 'headers_too_large',
};

/**
 * Turns every error into a problem body, and logs every 503 and 500. An unexpected error becomes a 500 without details.
 * Refusals (4xx) are logged when they have been sent.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  /** @param paths says which paths there are, for requests to others */
  constructor(
    private readonly log: RequestLog,
    private readonly senderOf: (request: FastifyRequest) => Sender,
    private readonly paths: string,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const problem = problemFor(error, request, this.paths);
    noteCode(request, problem.code);
    this.report(problem, error, request);
    const { retryAfterSeconds = problem.status === 503 ? 1 : undefined } =
      error instanceof DomainError ? error.details : {};
    if (retryAfterSeconds !== undefined) void reply.header('retry-after', retryAfterSeconds);
    if (problem.status === 401) void reply.header('www-authenticate', 'Bearer');
    void reply.status(problem.status).type(PROBLEM_CONTENT_TYPE).send(JSON.stringify(problem));
  }

  private report({ status }: Problem, error: unknown, request: FastifyRequest): void {
    if (status < 500) return;
    const unserved = unservedRequest(request, status, this.senderOf(request));
    if (status === 503) this.log.unavailable(unserved, error instanceof Unavailable ? (error.cause ?? error) : error);
    else this.log.failed(unserved, error);
  }
}

/** @param paths says which paths there are */
function problemFor(thrown: unknown, request: FastifyRequest, paths: string): Problem {
  const context = { path: request.url.split('?', 1)[0] ?? '', requestId: request.id };
  const status = clientErrorStatus(thrown);
  if (status !== undefined) {
    const detail = refusal(status, thrown as Error, request, paths);
    return problemOf(status, CODES[status] ?? 'malformed_request', detail, context);
  }
  // A client that disconnects also causes ECONNRESET, so client errors are excluded first.
  if (isDatabaseUnavailable(thrown)) return problemFrom(new Unavailable('The database does not answer.'), context);
  if (thrown instanceof DomainError) return problemFrom(thrown, context);
  return problemOf(500, 'internal_error', INTERNAL_ERROR, context);
}

/** The detail of a refused request. The message of Fastify for 404 says too little. */
function refusal(status: number, { message }: Error, { method, url }: FastifyRequest, paths: string): string {
  if (status === 404) return `There is no ${method} ${url.split('?', 1)[0] ?? ''}. ${paths}`;
  return message;
}

/** The status of an error with which Nest or Fastify refuses a request; undefined for other errors. */
function clientErrorStatus(error: unknown): number | undefined {
  const status = error instanceof HttpException ? error.getStatus() : (error as { statusCode?: unknown }).statusCode;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}
