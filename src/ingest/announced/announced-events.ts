import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Outbox, type TakenAnnouncement } from '../../announcements/index.js';
import { Logger } from '../../shared/logging/logger.js';
import { Metrics, startAtZero } from '../../shared/metrics/metrics.js';
import { Snapshot } from '../../shared/snapshot.js';
import { Clock } from '../../shared/time/clock.js';
import { Janitor } from '../../shared/time/janitor.js';
import { Random } from '../../shared/time/random.js';
import { inTurns } from './in-turns.js';
import { ANNOUNCEMENT_OUTCOMES, type AnnouncementOutcome, OperationalEvents } from './operational-events.js';

/**
 * Interval between looks for what other processes announced, or what is due again. It varies by half, so that processes
 * do not look at the same time.
 */
const INTERVAL_MS = 5000;
const JITTER = 0.5;
/**
 * From a ring of this process to the look: the transaction that announced something may not have been committed yet.
 */
const RING_MS = 250;
/** Announcements taken at once, and those published at the same time. */
const BATCH = 500;
const PUBLISHED_AT_ONCE = 10;
/** After this time, nobody tries any longer what could be neither read nor published. */
const LIFE_MS = 86_400_000;
/** Lifetime of the gauge's value, because the metrics are public. */
const GAUGE_LIFE_MS = 1000;

/**
 * Publishes what is announced. Runs in every API process. One at a time decides what is published; if it dies, another
 * one goes on half a minute later.
 */
@Injectable()
export class AnnouncedEvents implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private isRunning = false;
  private isRung = false;
  private isStopped = false;

  constructor(
    private readonly outbox: Outbox,
    private readonly events: OperationalEvents,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly metrics: Metrics,
    private readonly logger: Logger,
    janitor: Janitor,
  ) {
    startAtZero(metrics.announcements, 'outcome', ANNOUNCEMENT_OUTCOMES);
    const depth = new Snapshot(() => outbox.depth(), GAUGE_LIFE_MS, clock);
    metrics.addGauge('webhook_announcements_waiting', 'Announcements that are not published yet, at most 100000', () =>
      depth.get(),
    );
    janitor.add('announcements.not_tidied', () => outbox.forgetMinutes());
  }

  onApplicationBootstrap(): void {
    this.outbox.onRing(() => {
      if (this.isRung) return;
      this.isRung = true;
      if (!this.isRunning) this.schedule(RING_MS);
    });
    this.schedule();
  }

  onModuleDestroy(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  private schedule(delayMs = INTERVAL_MS * (1 - JITTER + 2 * JITTER * this.random.next())): void {
    clearTimeout(this.timer);
    if (this.isStopped) return;
    this.timer = setTimeout(() => {
      this.isRung = false;
      this.isRunning = true;
      void this.run().then(() => {
        this.isRunning = false;
        this.schedule(this.isRung ? RING_MS : undefined);
      });
    }, delayMs).unref();
  }

  /** Publishes all that is due. Never throws: what has failed is due again when its lease ends. */
  private async run(): Promise<void> {
    try {
      let hasMore = true;
      while (hasMore && !this.isStopped) hasMore = await this.publishBatch();
    } catch (error) {
      // During a shutdown, connections are closed.
      if (!this.isStopped) this.logger.warn({ err: error }, 'announcements.not_published');
    }
  }

  /** @returns whether more may be due */
  private async publishBatch(): Promise<boolean> {
    const { announcements: taken, hasMore } = await this.outbox.take(BATCH);
    const announcements = inTurns(taken, ({ content }) => content?.tenantId ?? '');
    for (let at = 0; at < announcements.length && !this.isStopped; at += PUBLISHED_AT_ONCE) {
      const part = announcements.slice(at, at + PUBLISHED_AT_ONCE);
      const settled = await Promise.all(part.map((announcement) => this.publish(announcement)));
      await this.outbox.remove(settled.flatMap((id) => id ?? []));
    }
    return hasMore;
  }

  /** @returns its id if it is settled; null if it is to be tried again */
  private async publish(announcement: TakenAnnouncement): Promise<string | null> {
    const { id } = announcement;
    try {
      const outcome = await this.events.publish(announcement);
      if (outcome === 'unreadable' && !this.isOld(announcement)) return null;
      this.settled(announcement, outcome);
      return id;
    } catch (error) {
      if (!this.isStopped) this.logger.warn({ err: error, announcement: id }, 'announcement.not_published');
      if (!this.isOld(announcement)) return null;
      this.settled(announcement, 'failed');
      return id;
    }
  }

  private settled({ id, content }: TakenAnnouncement, outcome: AnnouncementOutcome): void {
    this.metrics.announcements.inc({ outcome });
    if (outcome === 'unreadable') this.logger.warn({ announcement: id }, 'announcement.unreadable');
    this.logger.debug({ announcement: id, tenant_id: content?.tenantId, outcome }, 'announcement.settled');
  }

  private isOld({ occurredAt }: TakenAnnouncement): boolean {
    return this.clock.nowMs() - occurredAt.getTime() > LIFE_MS;
  }
}
