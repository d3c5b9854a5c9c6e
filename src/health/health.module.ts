import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { BacklogGauges } from './backlog-gauges.js';
import { DependencyGauges } from './dependency-gauges.js';
import { Dependencies } from './dependencies.indicator.js';
import { HealthController } from './health.controller.js';
import { HealthRepository } from './health.repository.js';
import { HealthService } from './health.service.js';
import { OwnFaultsIndicator } from './own-faults.indicator.js';
import { ReplicaIndicator } from './replica.indicator.js';

@Module({
  imports: [TerminusModule.forRoot({ logger: false })],
  controllers: [HealthController],
  providers: [
    BacklogGauges,
    Dependencies,
    DependencyGauges,
    HealthRepository,
    HealthService,
    OwnFaultsIndicator,
    ReplicaIndicator,
  ],
})
export class HealthModule {}
