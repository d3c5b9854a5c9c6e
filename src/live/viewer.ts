import { Readable } from 'node:stream';
import { LIMITS } from '../shared/limits.js';
import { Allowance } from './domain/allowance.js';
import type { Entry } from './domain/batch.js';
import { compareEntries, formatPosition, type Position } from './domain/position.js';
import type { Message } from './dto/stream-messages.js';
import type { Notices } from './dto/stream-notices.js';
import type { MessageFilter } from './message-filter.js';

/** Bytes that may wait for a viewer, besides those in the kernel. */
const MAX_WAITING_BYTES = 1_048_576;
/** A viewer that has fewer bytes waiting gets more of what happened before. */
const DEMAND_BYTES = MAX_WAITING_BYTES / 2;
/** What one viewer gets, so that a browser survives. */
const PACE = { perSecond: LIMITS.viewerMessagesPerSecond, burst: 4 * LIMITS.viewerMessagesPerSecond };
/** How long clients wait before they connect again. */
const RECONNECT_MS = 2000;
/** A viewer that does not read its end loses its connection. */
const CLOSE_MS = 5000;

export interface ViewerTerms {
  readonly tenantId: string;
  readonly filter: MessageFilter;
  /** Where to begin. */
  readonly position: Position;
  readonly monotonicMs: () => number;
}

/** One client and the server-sent events that it gets. */
export class Viewer {
  /** The body of the response. */
  readonly body: Readable;
  readonly tenantId: string;
  /** Since when it gets what happens when it happens, in milliseconds since the Unix epoch. */
  private liveSinceMs = Infinity;
  private readonly filter: MessageFilter;
  private readonly monotonicMs: () => number;
  private readonly allowance: Allowance;
  private position: Position;
  private skipped = 0;
  private hasEnded = false;
  private onDemand: (() => void) | undefined;

  constructor({ tenantId, filter, position, monotonicMs }: ViewerTerms) {
    this.body = new Readable({
      highWaterMark: DEMAND_BYTES,
      read: () => { this.resume(); }, // prettier-ignore
      destroy: (error, callback) => {
        this.hasEnded = true;
        this.resume();
        callback(error);
      },
    });
    this.tenantId = tenantId;
    this.filter = filter;
    this.position = position;
    this.monotonicMs = monotonicMs;
    this.allowance = new Allowance(PACE, monotonicMs());
    this.write(`retry: ${RECONNECT_MS}\nid: ${formatPosition(position)}\n\n`);
  }

  get at(): Position {
    return this.position;
  }

  /** False while it still gets what happened before. */
  get isLive(): boolean {
    return this.liveSinceMs < Infinity;
  }

  get isSlow(): boolean {
    return this.body.readableLength >= MAX_WAITING_BYTES;
  }

  get isGone(): boolean {
    return this.hasEnded;
  }

  goLive(nowMs: number): void {
    this.liveSinceMs = nowMs;
  }

  /** Whether it has got everything that happened at this process since then, even what the log did not take. */
  hasFollowedSince(timeMs: number): boolean {
    return this.liveSinceMs <= timeMs;
  }

  /** Sends the messages of an entry that it has not got yet. @returns how many were left out */
  take({ id, batch: { messages } }: Entry): number {
    const order = compareEntries(id, this.position.entry);
    if (order < 0) return 0;
    const first = order === 0 ? this.position.taken : 0;
    const left = this.skipped;
    for (const [index, message] of messages.entries()) {
      if (index >= first) this.pass(message, formatPosition({ entry: id, taken: index + 1 }));
    }
    this.position = { entry: id, taken: Math.max(first, messages.length) };
    return this.skipped - left;
  }

  /** Sends messages that have no place in the log. @returns how many were left out */
  takeUnordered(messages: readonly Message[]): number {
    const left = this.skipped;
    for (const message of messages) this.pass(message, null);
    return this.skipped - left;
  }

  /** Counts messages that this viewer might have got. */
  skip(count: number): void {
    this.skipped += count;
  }

  /** Goes on from another place, because the entries before it are lost. */
  moveTo(position: Position): void {
    this.position = position;
  }

  notify<Name extends keyof Notices>(name: Name, body: Notices[Name]): void {
    this.write(`event: ${name}\ndata: ${JSON.stringify(body)}\n\n`);
  }

  /** Says how many messages were left out, if any were. */
  reportSkipped(now: string): void {
    if (this.skipped === 0) return;
    const { skipped } = this;
    this.skipped = 0;
    this.notify('skipped', { skipped, occurred_at: now });
  }

  /** Keeps proxies from closing the connection, and tells the client how far it has got although nothing matched. */
  beat(): void {
    this.write(`id: ${formatPosition(this.position)}\n: heartbeat\n\n`);
  }

  /** Resolves when the client has read enough for more to be sent, or has left. */
  async demand(): Promise<void> {
    if (this.body.readableLength < DEMAND_BYTES || this.hasEnded) return;
    await new Promise<void>((resolve) => { this.onDemand = resolve; }); // prettier-ignore
  }

  /** Ends the response after a last notice. */
  finish<Name extends 'dropped' | 'ended'>(name: Name, body: Notices[Name]): void {
    if (this.hasEnded) return;
    this.notify(name, body);
    this.hasEnded = true;
    this.body.push(null);
    setTimeout(() => this.body.destroy(), CLOSE_MS).unref();
  }

  private pass(message: Message, id: string | null): void {
    if (!this.filter(message)) return;
    // What happened before comes as fast as the client reads it.
    if (this.isLive && !this.allowance.take(this.monotonicMs())) {
      this.skipped += 1;
      return;
    }
    const place = id === null ? '' : `id: ${id}\n`;
    this.write(`${place}event: ${message.kind}\ndata: ${JSON.stringify(message.body)}\n\n`);
  }

  private write(text: string): void {
    if (!this.hasEnded) this.body.push(text);
  }

  private resume(): void {
    this.onDemand?.();
    this.onDemand = undefined;
  }
}
