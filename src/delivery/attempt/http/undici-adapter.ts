import { type AxiosAdapter, AxiosHeaders, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import type { Dispatcher } from 'undici';
import { isConnectError } from './target-connector.js';
import { HeadersTooLong } from './undici-parser.js';

/** Most that is read of an answer, and most that is kept, in bytes. */
const MAX_READ_BYTES = 65_536;
const MAX_KEPT_BYTES = 4096;
/** Interim answers (1xx) that are passed over before the final one; more are a flood. */
const MAX_INTERIM_ANSWERS = 2000;

/** Where a request goes. */
export interface Target {
  readonly origin: string;
  readonly path: string;
  /** Of the agent that makes it. */
  readonly place: number;
}

/**
 * A request in the form that undici takes without copying it. Headers are name, value, name, value. A class, because
 * axios copies whatever plain objects it finds in a configuration.
 */
export class RawRequest {
  constructor(
    readonly target: Target,
    readonly headers: string[],
    readonly body: Buffer,
    readonly timeoutMs: number,
  ) {}
}

/** An answer: at least its status came. The body is cut after 4 KB, or where the connection broke. */
export interface RawAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** The whole exchange took longer than it may. */
export class ExchangeTimeout extends Error {
  constructor(timeoutMs: number) {
    super(`no complete answer within ${timeoutMs / 1000} s`);
  }
}

/** The exchange ended, and no status from 200 to 999 had come. */
export class AnswerWithoutStatus extends Error {
  constructor(message = 'the answer has no status') {
    super(message);
  }
}

/** What axios would make of every answer, several times over. */
const NO_HEADERS = new AxiosHeaders();

interface RawConfig extends InternalAxiosRequestConfig {
  raw: RawRequest;
}

/**
 * An axios adapter over undici. Through axios' own adapter and header objects a request costs about three times the
 * CPU; so the request travels beside them, as `raw`, and the answer comes back as `data`.
 */
export function undiciAdapter(dispatcherOf: (target: Target) => Dispatcher): AxiosAdapter {
  return async (config): Promise<AxiosResponse<RawAnswer>> => {
    const data = await exchange(dispatcherOf, (config as RawConfig).raw);
    return { data, status: data.statusCode, statusText: '', headers: NO_HEADERS, config };
  };
}

function exchange(dispatcherOf: (target: Target) => Dispatcher, request: RawRequest): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const { target, headers, body, timeoutMs } = request;
    const { origin, path } = target;
    const send = (handler: Exchange): void => {
      dispatcherOf(target).dispatch({ origin, path, method: 'POST', headers, body }, handler);
    };
    send(new Exchange(timeoutMs, { resolve, reject, send }));
  });
}

interface Ends {
  readonly resolve: (answer: RawAnswer) => void;
  readonly reject: (error: Error) => void;
  readonly send: (exchange: Exchange) => void;
}

/** Follows one exchange, whose time runs from the moment it is made, connecting included. */
class Exchange implements Dispatcher.DispatchHandler {
  private controller: Dispatcher.DispatchController | undefined;
  private answer: Omit<RawAnswer, 'body'> | undefined;
  private readonly kept: Buffer[] = [];
  private readBytes = 0;
  private interimAnswers = 0;
  private isOver = false;
  private wasHandedOverAgain = false;
  private readonly timer: NodeJS.Timeout;

  constructor(
    timeoutMs: number,
    private readonly ends: Ends,
  ) {
    this.timer = setTimeout(() => {
      // An answer that came while this process was too busy to read it is read before: it is no timeout.
      setImmediate(() => {
        this.end(new ExchangeTimeout(timeoutMs));
      });
    }, timeoutMs);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    // The time ran out while the connection was made: nothing may be sent any more.
    if (this.isOver) controller.abort(new Error('over'));
  }

  onResponseStart(_controller: Dispatcher.DispatchController, statusCode: number, headers: RawAnswer['headers']): void {
    if (statusCode >= 200) this.answer = { statusCode, headers };
    else if (++this.interimAnswers > MAX_INTERIM_ANSWERS) this.end(new AnswerWithoutStatus('too many interim answers'));
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.readBytes < MAX_KEPT_BYTES) this.kept.push(chunk.subarray(0, MAX_KEPT_BYTES - this.readBytes));
    this.readBytes += chunk.length;
    if (this.readBytes > MAX_READ_BYTES) this.end(new Error('the answer is too long'));
  }

  onResponseEnd(): void {
    this.end(null);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.isUnsent(error)) {
      this.wasHandedOverAgain = true;
      setImmediate(this.ends.send, this);
      return;
    }
    // Not all of its headers, but that it came.
    if (error instanceof HeadersTooLong && error.statusCode >= 200) {
      this.answer ??= { statusCode: error.statusCode, headers: {} };
    }
    this.end(error);
  }

  /**
   * Whether a kept connection broke, or turned out to hold bytes that nobody asked for, before any of this request was
   * written to it: then the request may go over another connection.
   */
  private isUnsent(error: Error): boolean {
    return this.controller === undefined && !this.isOver && !this.wasHandedOverAgain && !isConnectError(error);
  }

  /** Once a status has come, it counts, however the rest of the answer ended. */
  private end(error: Error | null): void {
    if (this.isOver) return;
    this.isOver = true;
    clearTimeout(this.timer);
    if (this.answer) this.ends.resolve({ ...this.answer, body: Buffer.concat(this.kept) });
    else this.ends.reject(error ?? new AnswerWithoutStatus());
    if (error) this.controller?.abort(error);
  }
}
