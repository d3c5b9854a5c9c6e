import type { Socket } from 'node:net';

/** The parts of undici's HTTP/1.1 parser that are used here. */
interface Parser {
  readonly llhttp: { llhttp_get_status_code: (parser: number) => number };
  readonly ptr: number;
  readonly socket: Socket;
  readonly headersMaxSize: number;
  headersSize: number;
  onHeadersComplete: (this: Parser, statusCode: number, isUpgrade: boolean, isKeptAlive: boolean) => number;
  trackHeader: (this: Parser, length: number) => void;
}

/** The response headers exceed the limit. The connection is closed without reading the rest. */
export class HeadersTooLong extends Error {
  constructor(readonly statusCode: number) {
    super('the headers of the response are too long');
  }
}

/** The receiver changed the protocol of the connection, which no request asks for. The connection is closed. */
export class UnexpectedUpgrade extends Error {
  constructor() {
    super(
      'the response switches to another protocol (101), which no delivery asks for; check what target_url leads to',
    );
  }
}

const CONTINUE = 100;
const PROCESSING = 102;
/** Makes the parser stop. */
const ABORT = -1;
const patched = new WeakSet();

/**
 * Fixes three defects of undici's parser that no option covers. It closes the connection on an unexpected 100, which
 * RFC 9110 (section 15.2) tells clients to skip, as the parser does with other interim responses. When headers are too
 * long, it loses the status that came before them. And an upgrade gets the error code of a connection that was closed.
 *
 * The first connection with a parser patches the parser's class, because undici does not export it.
 */
export function patchParserOf(socket: Socket): void {
  const key = Object.getOwnPropertySymbols(socket).find(({ description }) => description === 'parser');
  const parser = key && ((socket as unknown as Record<symbol, unknown>)[key] as Parser | null);
  if (!parser) return;
  const prototype = Object.getPrototypeOf(parser) as Parser;
  if (patched.has(prototype)) return;
  patched.add(prototype);
  const { onHeadersComplete, trackHeader } = prototype;
  prototype.onHeadersComplete = function (statusCode, isUpgrade, isKeptAlive) {
    if (isUpgrade) {
      this.socket.destroy(new UnexpectedUpgrade());
      return ABORT;
    }
    const taken = statusCode === CONTINUE ? PROCESSING : statusCode;
    return onHeadersComplete.call(this, taken, isUpgrade, isKeptAlive);
  };
  prototype.trackHeader = function (length) {
    if (this.headersSize + length < this.headersMaxSize) trackHeader.call(this, length);
    else this.socket.destroy(new HeadersTooLong(this.llhttp.llhttp_get_status_code(this.ptr)));
  };
}
