import { Module } from '@nestjs/common';
import { AccessModule } from '../access/index.js';
import { AnnouncementsModule } from '../announcements/index.js';
import { ReplayedDeliveriesModule } from '../delivery/index.js';
import { SubscriptionsModule } from '../subscriptions/index.js';
import { ReplayPlanner } from './answers/replay-planner.js';
import { ReplaysController } from './answers/replays.controller.js';
import { ReplaysService } from './answers/replays.service.js';
import { ReplayRepository } from './replay.repository.js';

/** Serves replays. */
@Module({
  imports: [AccessModule, AnnouncementsModule, ReplayedDeliveriesModule, SubscriptionsModule],
  controllers: [ReplaysController],
  providers: [ReplayPlanner, ReplayRepository, ReplaysService],
})
export class ReplaysModule {}
