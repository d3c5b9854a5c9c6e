import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { isTenantId } from '../access/index.js';
import { Logger } from '../shared/logging/logger.js';
import { Metrics, startAtZero } from '../shared/metrics/metrics.js';
import { Shares } from '../shared/shares.js';
import { Clock } from '../shared/time/clock.js';
import { Allowance } from './domain/allowance.js';
import type { Batch } from './domain/batch.js';
import type { Message } from './dto/stream-messages.js';
import { KEPT_SECONDS, LiveLog } from './live-log.js';

/** How long messages of a tenant are collected. */
const COLLECT_MS = 50;
/** Pause after a failure of the log. */
const RETRY_MS = 1000;
/** Messages of one tenant that this process publishes. */
const PACE = { perSecond: 500, burst: 2000 };
/** Messages of an entry of the log. */
const MAX_BATCH = 200;
/** Messages of all tenants together that may wait here. */
const MAX_WAITING = 8000;
/** Far more than processes take viewers. */
const MAX_WATCHED = 10_000;
/** Why messages do not reach viewers. `pace`: too many at once; `redis`: the log was out of reach. */
const REASONS = ['pace', 'redis', 'viewer'];

/** A tenant that has viewers somewhere, or had some a moment ago. */
interface Watched {
  untilMs: number;
  readonly allowance: Allowance;
  readonly waiting: Message[];
  skipped: number;
  /** Time of the first message that did not reach the log, or may not have done so. RFC 3339. */
  lostSince: string | null;
}

/**
 * Publishes what happens to the viewers of its tenant, wherever they are. For a tenant without viewers, a message costs
 * a look into a map that is empty most of the time. Never throws, never waits, and holds a bounded number of messages:
 * what exceeds it is counted, and viewers are told so.
 */
@Injectable()
export class LiveFeed implements OnModuleInit, OnApplicationShutdown {
  /** Gets batches that the log did not take. Set by what serves the viewers of this process. */
  onUndelivered: (tenantId: string, batch: Batch) => void = () => undefined;
  /** Names the batches of this process. */
  readonly origin = randomUUID();

  private readonly watched = new Map<string, Watched>();
  private readonly waiting = new Shares(MAX_WAITING);
  private timer: NodeJS.Timeout | undefined;
  private flushing: Promise<void> | undefined;
  private batches = 0;

  constructor(
    private readonly log: LiveLog,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly metrics: Metrics,
  ) {
    startAtZero(metrics.streamSkipped, 'reason', REASONS);
    log.onWatched = (tenantId, missedSinceMs) => { this.watch(tenantId, missedSinceMs); }; // prettier-ignore
  }

  async onModuleInit(): Promise<void> {
    await this.log.start();
  }

  async onApplicationShutdown(): Promise<void> {
    clearTimeout(this.timer);
    await this.flushing;
    clearTimeout(this.timer);
    do await this.flush();
    while ([...this.watched.values()].some(({ waiting }) => waiting.length > 0));
    this.log.close();
  }

  /** Whether somebody may see messages of a tenant. Ask before making one. */
  isWatched(tenantId: string): boolean {
    if (this.watched.size === 0) return false;
    const found = this.watched.get(tenantId);
    if (found === undefined) return false;
    // While no announcement can arrive, nobody is forgotten: their viewers are told later what they missed.
    if (this.clock.monotonicMs() < found.untilMs || !this.log.isReachable) return true;
    this.forget(tenantId, found);
    return false;
  }

  /**
   * Adds a tenant with viewers, or renews it.
   *
   * @param missedSinceMs since when it may have had some unknown to this process, in milliseconds since the Unix epoch
   */
  watch(tenantId: string, missedSinceMs: number | null = null): void {
    const nowMs = this.clock.monotonicMs();
    const untilMs = nowMs + KEPT_SECONDS * 1000;
    const found = this.watched.get(tenantId);
    if (found !== undefined) found.untilMs = untilMs;
    else if (isTenantId(tenantId) && this.hasRoom()) {
      const allowance = new Allowance(PACE, nowMs);
      const lostSince = missedSinceMs === null ? null : new Date(missedSinceMs).toISOString();
      this.watched.set(tenantId, { untilMs, allowance, waiting: [], skipped: 0, lostSince });
      if (lostSince !== null) this.schedule(COLLECT_MS);
    }
  }

  publish(tenantId: string, message: Message): void {
    if (!this.isWatched(tenantId)) return;
    const watched = this.watched.get(tenantId);
    if (watched === undefined) return;
    if (watched.allowance.take(this.clock.monotonicMs()) && this.waiting.take(tenantId)) watched.waiting.push(message);
    else {
      watched.skipped += 1;
      this.metrics.streamSkipped.inc({ reason: 'pace' });
    }
    this.schedule(COLLECT_MS);
  }

  private schedule(afterMs: number): void {
    if (this.flushing !== undefined) return;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.flushing = this.flush().finally(() => {
        this.flushing = undefined;
        this.scheduleRest();
      });
    }, afterMs).unref();
  }

  private scheduleRest(): void {
    const all = [...this.watched.values()];
    if (all.some(({ lostSince }) => lostSince !== null)) this.schedule(RETRY_MS);
    else if (all.some(hasNews)) this.schedule(COLLECT_MS);
  }

  private async flush(): Promise<void> {
    const withNews = [...this.watched].filter(([, watched]) => hasNews(watched));
    await Promise.all(withNews.map(([tenantId, watched]) => this.append(tenantId, watched)));
  }

  private async append(tenantId: string, watched: Watched): Promise<void> {
    const batch = this.nextBatch(watched);
    try {
      await this.log.append(tenantId, batch);
      watched.lostSince = null;
    } catch (error) {
      this.logger.debug({ err: error, tenant_id: tenantId }, 'live.not_published');
      watched.lostSince ??= batch.messages[0]?.body.occurred_at ?? this.clock.now().toISOString();
      this.lose(tenantId, batch);
      // The log is away: viewers here need not wait until each of these has failed, too.
      while (watched.waiting.length > 0) {
        await nextTurn();
        const next = this.nextBatch(watched);
        this.lose(tenantId, next);
        this.giveBack(tenantId, next);
      }
    } finally {
      this.giveBack(tenantId, batch);
    }
  }

  private nextBatch(watched: Watched): Batch {
    const { skipped, lostSince } = watched;
    const messages = watched.waiting.splice(0, MAX_BATCH);
    watched.skipped = 0;
    return { key: `${this.origin}/${(this.batches += 1)}`, messages, skipped, lostSince };
  }

  private lose(tenantId: string, batch: Batch): void {
    this.metrics.streamSkipped.inc({ reason: 'redis' }, batch.messages.length);
    this.onUndelivered(tenantId, batch);
  }

  private giveBack(tenantId: string, { messages }: Batch): void {
    if (messages.length > 0) this.waiting.giveBack(tenantId, messages.length);
  }

  private hasRoom(): boolean {
    if (this.watched.size < MAX_WATCHED) return true;
    for (const tenantId of this.watched.keys()) this.isWatched(tenantId);
    return this.watched.size < MAX_WATCHED;
  }

  private forget(tenantId: string, { waiting }: Watched): void {
    this.watched.delete(tenantId);
    if (waiting.length > 0) this.waiting.giveBack(tenantId, waiting.length);
  }
}

function hasNews({ waiting, skipped, lostSince }: Watched): boolean {
  return waiting.length > 0 || skipped > 0 || lostSince !== null;
}
