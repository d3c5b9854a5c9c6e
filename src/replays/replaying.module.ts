import { Module } from '@nestjs/common';
import { AnnouncementsModule } from '../announcements/index.js';
import { ReplayedDeliveriesModule } from '../delivery/index.js';
import { ReplayRepository } from './replay.repository.js';
import { DueReplayRepository } from './running/due-replay.repository.js';
import { ReplayRemoval } from './running/replay-removal.js';
import { ReplayRetention } from './running/replay-retention.js';
import { ReplayRunner } from './running/replay-runner.js';
import { ReplayStep } from './running/replay-step.js';

/** Runs replays. Has no routes. */
@Module({
  imports: [AnnouncementsModule, ReplayedDeliveriesModule],
  providers: [DueReplayRepository, ReplayRepository, ReplayRemoval, ReplayRetention, ReplayRunner, ReplayStep],
})
export class ReplayingModule {}
