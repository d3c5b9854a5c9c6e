import { Module } from '@nestjs/common';
import { AllTenantsStatsRepository } from './all-tenants/all-tenants-stats.repository.js';
import { StatsController } from './answers/stats.controller.js';
import { StatsRepository } from './answers/stats.repository.js';
import { StatsService } from './answers/stats.service.js';

/** Serves statistics. */
@Module({
  controllers: [StatsController],
  providers: [StatsService, StatsRepository, AllTenantsStatsRepository],
})
export class StatsModule {}
