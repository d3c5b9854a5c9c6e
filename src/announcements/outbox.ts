import { Injectable } from '@nestjs/common';
import { AnnouncementsRepository, type TakenRows } from './announcements.repository.js';
import { readAnnouncement, type TakenAnnouncement } from './taken-announcement.js';

/** Announcements that were taken to be published. */
interface Taken {
  readonly announcements: readonly TakenAnnouncement[];
  /** Whether more may be due. */
  readonly hasMore: boolean;
}

/** What is announced and not published yet. */
@Injectable()
export class Outbox {
  private readonly listeners: (() => void)[] = [];

  constructor(private readonly repository: AnnouncementsRepository) {}

  /**
   * Tells this process that something was announced, or is about to be committed. A hint only: what other processes
   * announce rings nowhere else.
   */
  ring(): void {
    for (const listener of this.listeners) listener();
  }

  onRing(listener: () => void): void {
    this.listeners.push(listener);
  }

  /**
   * Takes announcements that are due, and no more failures of a tenant than a minute may have; see `withinLimit`. They
   * are due again when the lease ends, in case this process dies before it removes them.
   *
   * @param limit how many are looked at
   */
  async take(limit: number): Promise<Taken> {
    const { rows, looked }: TakenRows = await this.repository.take(limit);
    return { announcements: rows.map(readAnnouncement), hasMore: looked === limit };
  }

  /** Removes announcements that were published, or need not be. */
  async remove(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.repository.remove(ids);
  }

  /** Counts what is not published yet, up to 100,000. */
  depth(): Promise<number> {
    return this.repository.depth();
  }

  /** Forgets how many failures were published in minutes long past. */
  forgetMinutes(): Promise<void> {
    return this.repository.forgetMinutes();
  }
}
