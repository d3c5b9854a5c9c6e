import { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { once } from 'node:events';
import { rememberAuthorization } from './known-secrets.js';

/** A server-sent event with JSON data. */
export interface SentEvent {
  /** The last id that the stream had set when it came. */
  readonly id: string;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface ViewOptions {
  /** Query with its question mark. */
  readonly query?: string;
  readonly key?: string;
  /** For a key for all tenants. */
  readonly tenant?: string;
  readonly lastEventId?: string;
  /** Further headers, such as a cookie. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A client of the live view that parses what it gets. */
export class LiveView {
  readonly events: SentEvent[] = [];
  /** Number of comments, such as heartbeats. */
  comments = 0;
  lastEventId: string;
  hasEnded = false;
  private rest = '';

  private constructor(
    private readonly outgoing: ClientRequest,
    private readonly response: IncomingMessage,
    lastEventId: string,
  ) {
    this.lastEventId = lastEventId;
    response.setEncoding('utf8').on('data', (text: string) => { this.read(text); }); // prettier-ignore
    const end = (): void => { this.hasEnded = true; }; // prettier-ignore
    response.on('end', end).on('error', end).on('close', end);
  }

  /** @throws Error if the answer is not 200 */
  static async open(
    url: string,
    { query = '', key, tenant, lastEventId, headers: more = {} }: ViewOptions = {},
  ): Promise<LiveView> {
    const headers: Record<string, string> = {
      ...more,
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
      ...(tenant !== undefined && { 'x-tenant': tenant }),
      ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
    };
    rememberAuthorization(headers['authorization'] ?? '');
    const outgoing = request(`${url}/stream${query}`, { headers, agent: false });
    outgoing.end();
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    outgoing.on('error', () => undefined);
    if (response.statusCode !== 200) {
      let text = '';
      for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
      throw new Error(`GET /stream answered ${response.statusCode}: ${text}`);
    }
    return new LiveView(outgoing, response, lastEventId ?? '');
  }

  get headers(): IncomingHttpHeaders {
    return this.response.headers;
  }

  of(event: string): SentEvent[] {
    return this.events.filter((each) => each.event === event);
  }

  /** Values of a field of all events with a name, in the order in which they came. */
  valuesOf(event: string, field: string): unknown[] {
    return this.of(event).map(({ data }) => data[field]);
  }

  stopReading(): void {
    this.response.pause();
  }

  goOnReading(): void {
    this.response.resume();
  }

  /** Sends a request behind that of the stream, on its connection. */
  sendAgain(): void {
    this.response.socket.write('GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n');
  }

  close(): void {
    this.outgoing.destroy();
  }

  private read(text: string): void {
    const blocks = (this.rest + text).split('\n\n');
    this.rest = blocks.pop() ?? '';
    for (const block of blocks) this.readBlock(block.split('\n'));
  }

  private readBlock(lines: readonly string[]): void {
    const fields = new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]));
    if (fields.has('')) this.comments += 1;
    this.lastEventId = fields.get('id') ?? this.lastEventId;
    const [event, data] = [fields.get('event'), fields.get('data')];
    if (event === undefined || data === undefined) return;
    this.events.push({ id: this.lastEventId, event, data: JSON.parse(data) as SentEvent['data'] });
  }
}
