import { Module } from '@nestjs/common';
import { DeliveryModule } from '../delivery/index.js';
import { StatusController } from './status.controller.js';
import { StatusRepository } from './status.repository.js';
import { StatusService } from './status.service.js';

@Module({
  imports: [DeliveryModule],
  controllers: [StatusController],
  providers: [StatusRepository, StatusService],
})
export class StatusModule {}
