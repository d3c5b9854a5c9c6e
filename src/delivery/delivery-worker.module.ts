import { Module } from '@nestjs/common';
import { AnnouncementsModule } from '../announcements/index.js';
import { Settings } from '../shared/config/settings.js';
import { LiveModule } from '../live/index.js';
import { SubscriptionsModule } from '../subscriptions/index.js';
import { TargetsModule } from '../targets/index.js';
import { AnnouncedFailures } from './attempt/announced-failures.js';
import { AttemptPipeline } from './attempt/attempt-pipeline.js';
import { AttemptReport } from './attempt/attempt-report.js';
import { AttemptWriter } from './attempt/attempt-writer.js';
import { Credentials } from './attempt/credentials.js';
import { WebhookSender } from './attempt/http/webhook-sender.js';
import { Admission } from './engine/admission.js';
import { Capacity } from './engine/capacity.js';
import { Claiming } from './engine/claiming.js';
import { DeliveryProcessor } from './engine/delivery.processor.js';
import { DirectAttempts } from './engine/direct-attempts.js';
import { Dispatcher } from './engine/dispatcher.js';
import { DuePass } from './engine/due-pass.js';
import { DueScan } from './engine/due-scan.js';
import { Expiry } from './engine/expiry.js';
import { LaneReports } from './engine/lane-reports.js';
import { LaneReview } from './engine/lane-review.js';
import { Lanes } from './engine/lanes/lanes.js';
import { Parking } from './engine/parking.js';
import { Pulling } from './engine/pulling.js';
import { QueueWatchdog } from './engine/queue-watchdog.js';
import { SlottedAttempts } from './engine/slotted-attempts.js';
import { DeliveryReport } from './report/delivery-report.js';
import { AttemptRepository } from './storage/attempt.repository.js';
import { ClaimRepository } from './storage/claim.repository.js';
import { DueRepository } from './storage/due.repository.js';
import { LaneReportRepository } from './storage/lane-report.repository.js';
import { ParkingRepository } from './storage/parking.repository.js';

const ENGINE = [
  {
    provide: Lanes,
    inject: [Settings],
    useFactory: ({ workerConcurrency }: Settings) => new Lanes(workerConcurrency),
  },
  Admission,
  Capacity,
  Claiming,
  DeliveryProcessor,
  DirectAttempts,
  Dispatcher,
  DuePass,
  DueScan,
  Expiry,
  LaneReports,
  LaneReview,
  Parking,
  Pulling,
  QueueWatchdog,
  SlottedAttempts,
];
const ATTEMPT = [AnnouncedFailures, AttemptPipeline, AttemptReport, AttemptWriter, Credentials, WebhookSender];
const STORAGE = [AttemptRepository, ClaimRepository, DueRepository, LaneReportRepository, ParkingRepository];

/** The worker side: takes wake-ups and makes attempts. Has no routes. */
@Module({
  imports: [AnnouncementsModule, LiveModule, SubscriptionsModule, TargetsModule],
  providers: [...ENGINE, ...ATTEMPT, DeliveryReport, ...STORAGE],
})
export class DeliveryWorkerModule {}
