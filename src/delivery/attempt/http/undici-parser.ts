import type { Socket } from 'node:net';

/** The parser that undici gives a connection of HTTP/1.1, as far as it is touched here. */
interface Parser {
  readonly llhttp: { llhttp_get_status_code: (parser: number) => number };
  readonly ptr: number;
  readonly socket: Socket;
  readonly headersMaxSize: number;
  headersSize: number;
  onHeadersComplete: (this: Parser, statusCode: number, isUpgrade: boolean, isKeptAlive: boolean) => number;
  trackHeader: (this: Parser, length: number) => void;
}

/** The headers of an answer are longer than is read. What is to come is not read: the connection is closed. */
export class HeadersTooLong extends Error {
  constructor(readonly statusCode: number) {
    super('the headers of the answer are too long');
  }
}

const CONTINUE = 100;
const PROCESSING = 102;
const mended = new WeakSet();

/**
 * Corrects what undici's parser does against RFC 9110 and has no option for. It closes the connection at a 100 that
 * nobody asked for, though it passes over other interim answers (section 15.2). And when headers are too long, it
 * forgets the status that came before them.
 *
 * This patches the class of the parser, which undici does not export, at the first connection that has one.
 */
export function mendParserOf(socket: Socket): void {
  const key = Object.getOwnPropertySymbols(socket).find(({ description }) => description === 'parser');
  const parser = key && ((socket as unknown as Record<symbol, unknown>)[key] as Parser | null);
  if (!parser) return;
  const prototype = Object.getPrototypeOf(parser) as Parser;
  if (mended.has(prototype)) return;
  mended.add(prototype);
  const { onHeadersComplete, trackHeader } = prototype;
  prototype.onHeadersComplete = function (statusCode, isUpgrade, isKeptAlive) {
    const taken = statusCode === CONTINUE ? PROCESSING : statusCode;
    return onHeadersComplete.call(this, taken, isUpgrade, isKeptAlive);
  };
  prototype.trackHeader = function (length) {
    if (this.headersSize + length < this.headersMaxSize) trackHeader.call(this, length);
    else this.socket.destroy(new HeadersTooLong(this.llhttp.llhttp_get_status_code(this.ptr)));
  };
}
