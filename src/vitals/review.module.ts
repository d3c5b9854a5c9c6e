import { Module } from '@nestjs/common';
import { AnnouncementsModule } from '../announcements/index.js';
import { SubscriptionsModule } from '../subscriptions/index.js';
import { LongFailures } from './review/long-failures.js';
import { Review } from './review/review.js';
import { ReviewRepository } from './review/review.repository.js';

/** Finds out which subscriptions fail, and disables those that do so for long. Has no routes. */
@Module({
  imports: [AnnouncementsModule, SubscriptionsModule],
  providers: [LongFailures, Review, ReviewRepository],
})
export class VitalsReviewModule {}
