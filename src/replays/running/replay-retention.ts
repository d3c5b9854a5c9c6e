import { Injectable } from '@nestjs/common';
import { Settings } from '../../shared/config/settings.js';
import { Logger } from '../../shared/logging/logger.js';
import { Clock } from '../../shared/time/clock.js';
import { inGroups, Janitor } from '../../shared/time/janitor.js';
import { DueReplayRepository } from './due-replay.repository.js';
import { ReplayRemoval } from './replay-removal.js';

const DAY_MS = 86_400_000;
/** Replays that are listed at once. */
const GROUP = 100;

/** Removes replays that ended longer ago than the history reaches, once an hour. */
@Injectable()
export class ReplayRetention {
  constructor(
    janitor: Janitor,
    private readonly dueReplays: DueReplayRepository,
    private readonly removal: ReplayRemoval,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly settings: Settings,
  ) {
    janitor.add('replays.retention_failed', (isStopped) => this.removeExpired(isStopped));
  }

  private async removeExpired(isStopped: () => boolean): Promise<void> {
    const before = new Date(this.clock.nowMs() - this.settings.retentionDays * DAY_MS);
    const removed = await inGroups(
      GROUP,
      async () => {
        const expired = await this.dueReplays.listFinishedBefore(before, GROUP);
        for (const replay of expired) await this.removal.remove(replay, isStopped);
        return expired.length;
      },
      isStopped,
    );
    if (removed > 0) this.logger.warn({ removed }, 'replays.expired');
  }
}
