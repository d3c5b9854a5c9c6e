import type {
  AcceptedMessage,
  AttemptedMessage,
  ChangedMessage,
  GapNotice,
  SkippedNotice,
  StreamNotice,
} from '../api/generated';

/** Something that happened, as `GET /stream` tells it. */
export type LiveMessage =
  | { readonly kind: 'event.accepted'; readonly body: AcceptedMessage }
  | { readonly kind: 'delivery.attempted'; readonly body: AttemptedMessage }
  | { readonly kind: 'delivery.changed'; readonly body: ChangedMessage };

/** What the stream says about itself. */
export type LiveNotice =
  | { readonly kind: 'gap'; readonly body: GapNotice }
  | { readonly kind: 'skipped'; readonly body: SkippedNotice }
  | { readonly kind: 'degraded' | 'recovered' | 'dropped' | 'ended'; readonly body: StreamNotice };

/** One SSE event. */
export interface StreamEvent {
  readonly event?: string | undefined;
  readonly id?: string | undefined;
  readonly data: unknown;
}

/** `live`: messages arrive. `polling`: they do not, so the page asks every 15 s. `asleep`: nobody looks. */
export type LiveState = 'connecting' | 'live' | 'polling' | 'asleep';

interface Surroundings {
  /** Reads events until the stream ends or the signal aborts. Rejects if there is none. */
  readonly read: (lastId: string | null, signal: AbortSignal, onEvent: (event: StreamEvent) => void) => Promise<void>;
  readonly onState: (state: LiveState) => void;
  /** Messages of the last half second or so. */
  readonly onMessages: (messages: readonly LiveMessage[]) => void;
  /** Comes after the messages that were sent before it. */
  readonly onNotice: (notice: LiveNotice) => void;
  /** Anything may have happened. */
  readonly onUnknown: () => void;
}

const COLLECT_MS = 500;
const POLL_MS = 15_000;
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 15_000;
const KINDS: readonly string[] = ['event.accepted', 'delivery.attempted', 'delivery.changed'];
/** Events that say that messages are missing. */
const MISSING: readonly string[] = ['gap', 'skipped', 'degraded', 'recovered'];
const NOTICES: readonly string[] = [...MISSING, 'dropped', 'ended'];

/** The one connection of a tab to the live view: reconnects, falls back to polling, and sleeps with its page. */
export class LiveConnection {
  private state: LiveState = 'connecting';
  private lastId: string | null = null;
  private collected: LiveMessage[] = [];
  private connection: AbortController | null = null;
  private failures = 0;
  private flushing: ReturnType<typeof setTimeout> | undefined;
  private polling: ReturnType<typeof setInterval> | undefined;
  private retrying: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly surroundings: Surroundings) {}

  /** Connects, unless it is connected. Also wakes it up: what happened meanwhile is asked for. */
  start(): void {
    if (this.connection !== null) return;
    const hasSlept = this.state === 'asleep';
    clearTimeout(this.retrying);
    this.failures = 0;
    this.enter(hasSlept || this.state === 'connecting' ? 'connecting' : this.state);
    if (hasSlept) this.surroundings.onUnknown();
    if (this.collected.length > 0) this.flushSoon();
    void this.connect();
  }

  /** Ends all requests until the next start, which hands over what has come before. */
  sleep(): void {
    clearTimeout(this.retrying);
    clearTimeout(this.flushing);
    this.flushing = undefined;
    const { connection } = this;
    this.connection = null;
    connection?.abort();
    this.enter('asleep');
  }

  /** Sleeps, and forgets where it was, because what comes next belongs to somebody else. */
  forget(): void {
    this.sleep();
    this.collected = [];
    this.lastId = null;
  }

  private async connect(): Promise<void> {
    const connection = new AbortController();
    this.connection = connection;
    try {
      await this.surroundings.read(this.lastId, connection.signal, (event) => {
        if (this.connection === connection) this.take(event);
      });
    } catch {
      // The next try follows, as it does after an end.
    }
    if (this.connection !== connection) return;
    this.connection = null;
    this.enter('polling');
    const waitMs = Math.min(FIRST_RETRY_MS * 2 ** this.failures, LAST_RETRY_MS);
    this.failures += 1;
    this.retrying = setTimeout(() => void this.connect(), waitMs);
  }

  private take({ event, id, data }: StreamEvent): void {
    this.failures = 0;
    if (id !== undefined) this.lastId = id;
    if (this.state !== 'live') {
      const hasMissed = this.state === 'polling';
      this.enter('live');
      if (hasMissed) this.surroundings.onUnknown();
    }
    if (event === undefined) return;
    if (MISSING.includes(event)) this.surroundings.onUnknown();
    if (NOTICES.includes(event)) {
      this.flush();
      this.surroundings.onNotice({ kind: event, body: data } as LiveNotice);
    }
    if (!KINDS.includes(event)) return;
    this.collected.push({ kind: event, body: data } as LiveMessage);
    this.flushSoon();
  }

  private flushSoon(): void {
    this.flushing ??= setTimeout(() => this.flush(), COLLECT_MS);
  }

  private flush(): void {
    clearTimeout(this.flushing);
    this.flushing = undefined;
    const messages = this.collected;
    this.collected = [];
    if (messages.length > 0) this.surroundings.onMessages(messages);
  }

  private enter(state: LiveState): void {
    if (state === 'polling') this.polling ??= setInterval(() => this.surroundings.onUnknown(), POLL_MS);
    else {
      clearInterval(this.polling);
      this.polling = undefined;
    }
    if (state === this.state) return;
    this.state = state;
    this.surroundings.onState(state);
  }
}
