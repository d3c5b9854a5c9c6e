import { type AxiosAdapter, AxiosHeaders, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import type { Dispatcher } from 'undici';
import type { SentRequest } from '../../domain/sent-request.js';
import { connectionBegunBy } from './connecting.js';
import { ExchangeTrace } from './exchange-trace.js';
import { isConnectError } from './target-connector.js';
import { HeadersTooLong } from './undici-parser.js';

/** Maximum bytes of a response body that are read, and that are kept. */
const MAX_READ_BYTES = 65_536;
const MAX_KEPT_BYTES = 4096;
/** Maximum interim responses (1xx) that are skipped before the final one. */
const MAX_INTERIM_ANSWERS = 2000;

/** Where a request goes. */
export interface Target {
  readonly origin: string;
  /** Value of the `Host` header. */
  readonly host: string;
  readonly path: string;
  /** Index of the agent that makes the request. */
  readonly agentIndex: number;
}

/**
 * A request in a form that undici uses without copying. `headers` alternates names and values. This is a class because
 * axios copies plain objects in its configuration.
 */
export class RawRequest {
  /** Times of the exchange, complete when it has ended. */
  readonly trace = new ExchangeTrace();

  constructor(
    readonly target: Target,
    readonly headers: string[],
    readonly body: Buffer,
    readonly timeoutMs: number,
    /** What the history keeps of the request; null for one that has no history. */
    readonly kept: SentRequest | null,
  ) {}
}

/** A response that has at least a status. The body ends after 4 KB, or where the connection broke. */
export interface RawAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  /** Bytes of the body that were read, and whether more than the limit came, so that the rest was not read. */
  readonly bodyBytes: number;
  readonly isBodyCut: boolean;
}

/** The exchange exceeded its timeout. */
export class ExchangeTimeout extends Error {
  constructor(timeoutMs: number) {
    super(`the receiver sent no complete response within ${timeoutMs / 1000} s; it should answer first and work later`);
  }
}

/** The exchange ended without a status from 200 to 999. */
export class AnswerWithoutStatus extends Error {
  constructor(message = 'the response has no status from 200 to 999') {
    super(message);
  }
}

/** Shared, because axios would create several of these for every response. */
const NO_HEADERS = new AxiosHeaders();

interface RawConfig extends InternalAxiosRequestConfig {
  raw: RawRequest;
}

/**
 * An axios adapter over undici. A request through axios's own adapter and header objects costs about three times the
 * CPU. So the request bypasses them as `raw` in the configuration, and the response is returned as `data`.
 */
export function undiciAdapter(dispatcherOf: (target: Target) => Dispatcher): AxiosAdapter {
  return async (config): Promise<AxiosResponse<RawAnswer>> => {
    const data = await exchange(dispatcherOf, (config as RawConfig).raw);
    return { data, status: data.statusCode, statusText: '', headers: NO_HEADERS, config };
  };
}

/** Makes one request. @throws when no status came */
export function exchange(dispatcherOf: (target: Target) => Dispatcher, request: RawRequest): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const { target, headers, body, timeoutMs, trace } = request;
    const { origin, path } = target;
    const send = (handler: Exchange): void => {
      trace.connecting = connectionBegunBy(() => {
        dispatcherOf(target).dispatch({ origin, path, method: 'POST', headers, body }, handler);
      });
    };
    send(new Exchange(timeoutMs, trace, { resolve, reject, send }));
  });
}

interface Ends {
  readonly resolve: (answer: RawAnswer) => void;
  readonly reject: (error: Error) => void;
  readonly send: (exchange: Exchange) => void;
}

/** One exchange. Its timeout starts with the constructor, so it includes connecting. */
class Exchange implements Dispatcher.DispatchHandler {
  private controller: Dispatcher.DispatchController | undefined;
  private answer: Pick<RawAnswer, 'statusCode' | 'headers'> | undefined;
  private readonly kept: Buffer[] = [];
  private readBytes = 0;
  private interimAnswers = 0;
  private isOver = false;
  private wasRetried = false;
  private readonly timer: NodeJS.Timeout;

  constructor(
    timeoutMs: number,
    private readonly trace: ExchangeTrace,
    private readonly ends: Ends,
  ) {
    this.timer = setTimeout(() => {
      // First reads a response that has arrived while this process was too busy to read it. That is not a timeout.
      setImmediate(() => {
        this.end(new ExchangeTimeout(timeoutMs));
      });
    }, timeoutMs);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    // The exchange has timed out while connecting, so nothing may be sent any more.
    if (this.isOver) controller.abort(new Error('over'));
    else this.trace.start();
  }

  /** undici calls this at the first byte of each response, interim ones included. Its types do not say so. */
  onResponseStarted(): void {
    this.trace.answer();
  }

  onResponseStart(_controller: Dispatcher.DispatchController, statusCode: number, headers: RawAnswer['headers']): void {
    if (statusCode >= 200) this.answer = { statusCode, headers };
    else if (++this.interimAnswers > MAX_INTERIM_ANSWERS)
      this.end(
        new AnswerWithoutStatus(
          `the receiver sent more than ${MAX_INTERIM_ANSWERS} interim responses (1xx) and no final one`,
        ),
      );
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.readBytes < MAX_KEPT_BYTES) this.kept.push(chunk.subarray(0, MAX_KEPT_BYTES - this.readBytes));
    this.readBytes += chunk.length;
    if (this.readBytes > MAX_READ_BYTES) this.end(new Error('the response is too long'));
  }

  onResponseEnd(): void {
    this.end(null);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.isUnsent(error)) {
      this.wasRetried = true;
      setImmediate(this.ends.send, this);
      return;
    }
    // The status counts, although the headers are incomplete.
    if (error instanceof HeadersTooLong && error.statusCode >= 200) {
      this.answer ??= { statusCode: error.statusCode, headers: {} };
    }
    this.end(error);
  }

  /**
   * Whether a reused connection failed, or contained unexpected bytes, before any of this request was written to it.
   * The request is then sent once more, over another connection.
   */
  private isUnsent(error: Error): boolean {
    return this.controller === undefined && !this.isOver && !this.wasRetried && !isConnectError(error);
  }

  /** A status counts once it has arrived, however the rest of the response ends. */
  private end(error: Error | null): void {
    if (this.isOver) return;
    this.isOver = true;
    clearTimeout(this.timer);
    this.trace.end();
    const { readBytes } = this;
    if (this.answer) {
      const isBodyCut = readBytes > MAX_READ_BYTES;
      this.ends.resolve({ ...this.answer, body: Buffer.concat(this.kept), bodyBytes: readBytes, isBodyCut });
    } else this.ends.reject(error ?? new AnswerWithoutStatus());
    if (error) this.controller?.abort(error);
  }
}
