import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { DomainError, Unavailable } from '../shared/errors/domain-error.js';
import { LIMITS } from '../shared/limits.js';
import { Logger } from '../shared/logging/logger.js';
import { Metrics } from '../shared/metrics/metrics.js';
import { Clock } from '../shared/time/clock.js';
import { MARK } from './domain/batch.js';
import { type EntryId, entryTimeMs, type Position } from './domain/position.js';
import type { StreamNotice } from './dto/stream-notices.js';
import { TooManyViewers, ViewersFull } from './live.errors.js';
import { LiveFeed } from './live-feed.js';
import { LiveLog } from './live-log.js';
import type { MessageFilter } from './message-filter.js';
import { TenantStream } from './tenant-stream.js';
import { Viewer } from './viewer.js';

/** A read of the log waits this long, so a new viewer waits no longer for the first message. */
const READ_WAIT_MS = 250;
const RETRY_MS = 500;
const TICK_MS = 1000;
/** Heartbeats, in ticks. */
const BEAT_TICKS = 15;
/** Checks that the client may still read, in ticks. */
const CHECK_TICKS = 2;
/** Renewals of the announcements, and checks that the log still has what it had, in ticks. */
const ANNOUNCE_TICKS = 10;
/** A process that has not read for this long may have been overtaken by what the log forgets. */
const BEHIND_MS = 30_000;

/** What a client wants to see. */
export interface ViewRequest {
  readonly tenantId: string;
  readonly filter: MessageFilter;
  /** Last position that it got; null at first. */
  readonly last: Position | null;
  /** Rejects with a DomainError when the client may no longer read. */
  readonly recheck: () => Promise<void>;
}

/** The viewers of this process. One loop reads the log for all of them. */
@Injectable()
export class LiveViewers implements OnModuleDestroy {
  private readonly streams = new Map<string, TenantStream>();
  private readonly rechecks = new Map<Viewer, () => Promise<void>>();
  /** Clients that are being admitted, by tenant. */
  private readonly places = new Map<string, number>();
  private ticker: NodeJS.Timeout | undefined;
  private ticks = 0;
  private isReading = false;
  private isDegraded = false;
  private isCheckDue = false;
  private hasEnded = false;

  constructor(
    private readonly log: LiveLog,
    private readonly feed: LiveFeed,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly metrics: Metrics,
  ) {
    metrics.addGauge('webhook_stream_viewers', 'Clients that watch the live view at this process', () => this.rechecks.size); // prettier-ignore
    feed.onUndelivered = (tenantId, batch) => this.streams.get(tenantId)?.takeUndelivered(batch);
  }

  onModuleDestroy(): void {
    this.hasEnded = true;
    clearInterval(this.ticker);
    const end = this.notice('shutting_down', 'This process shuts down. Connect again.');
    for (const viewer of this.rechecks.keys()) viewer.finish('ended', end);
  }

  /** @throws TooManyViewers; ViewersFull; Unavailable while Redis is away or the process ends */
  async open(request: ViewRequest): Promise<Viewer> {
    const { tenantId } = request;
    this.refuseAtEnd();
    const release = this.takePlace(tenantId);
    try {
      const viewer = await this.admit(request);
      viewer.body.once('close', release);
      return viewer;
    } catch (error) {
      release();
      if (error instanceof DomainError) throw error;
      throw new Unavailable('The live view needs Redis, which does not answer.', error);
    }
  }

  private refuseAtEnd(): void {
    if (this.hasEnded) throw new Unavailable('This process shuts down. Connect again.');
  }

  private takePlace(tenantId: string): () => void {
    const all = [...this.places.values()].reduce((sum, each) => sum + each, 0);
    const own = this.places.get(tenantId) ?? 0;
    if (own >= LIMITS.viewersOfTenant) throw new TooManyViewers(LIMITS.viewersOfTenant);
    if (all >= LIMITS.viewers) throw new ViewersFull(LIMITS.viewers);
    this.places.set(tenantId, own + 1);
    return () => {
      const left = (this.places.get(tenantId) ?? 1) - 1;
      if (left > 0) this.places.set(tenantId, left);
      else this.places.delete(tenantId);
    };
  }

  private async admit({ tenantId, filter, last, recheck }: ViewRequest): Promise<Viewer> {
    this.feed.watch(tenantId);
    await this.log.announce([tenantId]);
    const isKept = last !== null && (await this.log.has(tenantId, last.entry));
    const position = isKept ? last : { entry: await this.log.append(tenantId, MARK), taken: 0 };
    this.refuseAtEnd();
    const stream = this.streams.get(tenantId) ?? this.newStream(tenantId, position);
    this.streams.set(tenantId, stream);
    const viewer = new Viewer({ tenantId, filter, position, monotonicMs: () => this.clock.monotonicMs() });
    this.rechecks.set(viewer, recheck);
    viewer.body.once('close', () => { this.remove(viewer, stream); }); // prettier-ignore
    if (last !== null && !isKept) viewer.notify('gap', stream.gapSince(entryTimeMs(last.entry)));
    if (this.isDegraded) viewer.notify('degraded', this.degradedNotice());
    this.start();
    stream.join(viewer).catch((error: unknown) => {
      this.logger.debug({ err: error }, 'live.not_joined');
      viewer.finish('ended', this.notice('redis_unavailable', 'Redis does not answer. Connect again.'));
    });
    return viewer;
  }

  private newStream(tenantId: string, { entry }: Position): TenantStream {
    return new TenantStream(tenantId, entry, {
      log: this.log,
      origin: this.feed.origin,
      onSkipped: (messages) => { this.metrics.streamSkipped.inc({ reason: 'viewer' }, messages); }, // prettier-ignore
      onSlow: (viewer) => { this.drop(viewer); }, // prettier-ignore
      nowMs: () => this.clock.nowMs(),
    });
  }

  private remove(viewer: Viewer, stream: TenantStream): void {
    this.rechecks.delete(viewer);
    stream.viewers.delete(viewer);
    if (stream.viewers.size === 0 && this.streams.get(stream.tenantId) === stream) this.streams.delete(stream.tenantId);
    if (this.streams.size > 0) return;
    clearInterval(this.ticker);
    this.ticker = undefined;
  }

  private drop(viewer: Viewer): void {
    this.stopSending(viewer);
    this.metrics.streamDropped.inc();
    this.logger.info({ tenant_id: viewer.tenantId }, 'live.viewer_dropped');
    viewer.finish('dropped', this.notice('too_slow', 'You read more slowly than messages came. Narrow the filters.'));
  }

  /** Its place stays taken until its connection is closed. */
  private stopSending(viewer: Viewer): void {
    this.rechecks.delete(viewer);
    this.streams.get(viewer.tenantId)?.viewers.delete(viewer);
  }

  private start(): void {
    this.ticker ??= setInterval(() => { this.tick(); }, TICK_MS).unref(); // prettier-ignore
    if (this.isReading) return;
    this.isReading = true;
    void this.readAll();
  }

  /** Reads as long as there are viewers. Never throws. */
  private async readAll(): Promise<void> {
    let beganAtMs = this.clock.monotonicMs();
    while (this.streams.size > 0 && !this.hasEnded) {
      try {
        const nowMs = this.clock.monotonicMs();
        // Before anything is read, because the entry where a stream stands shows whether the next one is missing.
        if (this.isDegraded) await this.recover();
        else if (nowMs - beganAtMs > BEHIND_MS) await this.findLosses({ mayBeBehind: true });
        else if (this.isCheckDue) await this.findLosses({ mayBeBehind: false });
        beganAtMs = nowMs;
        await this.readOnce();
      } catch (error) {
        this.degrade(error);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
    this.isReading = false;
    this.isDegraded = false;
  }

  private async readOnce(waitMs = READ_WAIT_MS): Promise<void> {
    const positions = new Map([...this.streams].map(([tenantId, { position }]) => [tenantId, position]));
    const found = await this.log.read(positions, waitMs);
    for (const [tenantId, entries] of found) {
      const stream = this.streams.get(tenantId);
      // A stream that ended meanwhile may have been replaced by one that is elsewhere.
      if (stream?.position === positions.get(tenantId)) await stream?.take(entries);
    }
  }

  private degrade(error: unknown): void {
    if (this.isDegraded || this.hasEnded) return;
    this.isDegraded = true;
    this.logger.warn({ err: error }, 'live.degraded');
    const notice = this.degradedNotice();
    for (const viewer of this.rechecks.keys()) viewer.notify('degraded', notice);
  }

  private async recover(): Promise<void> {
    await this.log.announce([...this.streams.keys()]);
    await this.findLosses({ mayBeBehind: true });
    // It has a connection of its own.
    await this.readOnce(0);
    this.isDegraded = false;
    this.logger.warn({ viewers: this.rechecks.size }, 'live.recovered');
    const notice = this.notice('redis_back', 'Redis answers again.');
    for (const viewer of this.rechecks.keys()) viewer.notify('recovered', notice);
  }

  /**
   * Finds streams whose entries were lost, as by a Redis that was restarted or flushed.
   *
   * @param terms `mayBeBehind`: the log may have forgotten entries before they were read here
   */
  private async findLosses({ mayBeBehind }: { readonly mayBeBehind: boolean }): Promise<void> {
    this.isCheckDue = false;
    const lost: { readonly stream: TenantStream; readonly position: EntryId }[] = [];
    for (const stream of this.streams.values()) {
      const { position } = stream;
      if (!(await this.log.has(stream.tenantId, position))) lost.push({ stream, position });
    }
    if (lost.length === 0) return;
    await this.readOnce(0);
    for (const { stream, position } of lost) {
      // Usually it was forgotten because it is old, and nothing is missing between it and newer ones.
      if (stream.position !== position && mayBeBehind) stream.reportGap(entryTimeMs(position));
    }
    for (const { stream, position } of lost) {
      if (stream.position !== position) continue;
      stream.restart(await this.log.append(stream.tenantId, MARK), entryTimeMs(position));
    }
  }

  private tick(): void {
    this.ticks += 1;
    const now = this.clock.now().toISOString();
    for (const [viewer, recheck] of this.rechecks) {
      viewer.reportSkipped(now);
      if (this.ticks % BEAT_TICKS === 0) viewer.beat();
      if (this.ticks % CHECK_TICKS === 0) void this.check(viewer, recheck);
    }
    if (this.ticks % ANNOUNCE_TICKS === 0 && !this.isDegraded) this.renew();
  }

  private renew(): void {
    for (const tenantId of this.streams.keys()) this.feed.watch(tenantId);
    this.log.announce([...this.streams.keys()]).then(
      () => { this.isCheckDue = true; }, // prettier-ignore
      (error: unknown) => { this.logger.debug({ err: error }, 'live.not_announced'); }, // prettier-ignore
    );
  }

  private async check(viewer: Viewer, recheck: () => Promise<void>): Promise<void> {
    try {
      await recheck();
    } catch (error) {
      // While PostgreSQL is away, nobody can tell.
      if (!(error instanceof DomainError) || error.category === 'unavailable') return;
      this.stopSending(viewer);
      viewer.finish('ended', this.notice(error.code, error.message));
    }
  }

  private degradedNotice(): StreamNotice {
    return this.notice('redis_unavailable', 'Redis does not answer. You see only what this process does.');
  }

  private notice(code: string, detail: string): StreamNotice {
    return { code, detail, occurred_at: this.clock.now().toISOString() };
  }
}
