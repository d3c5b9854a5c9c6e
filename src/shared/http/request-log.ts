import type { FastifyRequest } from 'fastify';
import { LineRation } from '../logging/line-ration.js';
import { type Logger, loggerOf } from '../logging/logger.js';

/** Lines per second and process for each kind of response. One tenant, or one address, gets at most half of them. */
const LINES_PER_SECOND = 100;

/** A request that was answered with 4xx or 5xx. What is not known is null. */
export interface UnservedRequest {
  readonly requestId: string;
  readonly method: string | null;
  /** Pattern of the route, never the path: clients choose its length and content. */
  readonly route: string | null;
  readonly status: number;
  /** Code in the problem body. */
  readonly code: string | null;
  readonly sender: Sender;
}

/** Who sent a request, as far as it is known. */
export interface Sender {
  readonly keyId: string | null;
  readonly tenantId: string | null;
  /** Network of the client. Only limits its lines, and is not logged. */
  readonly network: string | null;
}

/**
 * Logs requests that were not served, one line for each. Clients decide how many there are, so lines are rationed; a
 * line at the end of the second says how many were left out.
 */
export class RequestLog {
  private readonly refusals: LineRation;
  private readonly outages: LineRation;
  private readonly failures: LineRation;

  constructor(private readonly logger: Logger) {
    const rationFor = (level: 'info' | 'warn' | 'error', event: string): LineRation =>
      new LineRation(LINES_PER_SECOND, (requests) => {
        logger[level]({ event, requests }, 'requests.not_logged');
      });
    this.refusals = rationFor('info', 'request.refused');
    this.outages = rationFor('warn', 'request.unavailable');
    this.failures = rationFor('error', 'request.failed');
  }

  /** A 4xx. */
  refused(request: UnservedRequest): void {
    if (this.refusals.take(ownerOf(request))) this.logger.info(fieldsOf(request), 'request.refused');
  }

  /** A 503. */
  unavailable(request: UnservedRequest, err: unknown): void {
    if (this.outages.take(ownerOf(request))) this.logger.warn({ ...fieldsOf(request), err }, 'request.unavailable');
  }

  /** A 500, which is a defect. */
  failed(request: UnservedRequest, err: unknown): void {
    if (this.failures.take(ownerOf(request))) this.logger.error({ ...fieldsOf(request), err }, 'request.failed');
  }
}

const codes = new WeakMap<FastifyRequest, string>();

/** Keeps the code of a problem body for the log line, which is written when the response has been sent. */
export function noteCode(request: FastifyRequest, code: string): void {
  codes.set(request, code);
}

export function unservedRequest(request: FastifyRequest, status: number, sender: Sender): UnservedRequest {
  const { id: requestId, method, routeOptions } = request;
  return { requestId, method, route: routeOptions.url ?? null, status, code: codes.get(request) ?? null, sender };
}

const requestLogs = new WeakMap<object, RequestLog>();

/** The only request log of a process, so that all its ports share the rations. */
export function requestLogOf(settings: { readonly logLevel: string }): RequestLog {
  const log = requestLogs.get(settings) ?? new RequestLog(loggerOf(settings));
  requestLogs.set(settings, log);
  return log;
}

function ownerOf({ sender }: UnservedRequest): string {
  return sender.tenantId === null ? `address ${sender.network}` : `tenant ${sender.tenantId}`;
}

function fieldsOf({ requestId, method, route, status, code, sender }: UnservedRequest): object {
  return { request_id: requestId, method, route, status, code, key_id: sender.keyId, tenant_id: sender.tenantId };
}
