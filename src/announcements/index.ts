export { announceFailures } from './announced-failures.js';
export { Announcements, type AnnouncingTransaction } from './announcements.js';
export { AnnouncementsModule } from './announcements.module.js';
export { type Announcement, OPERATIONAL_EVENT_TYPES, type OperationalEventType } from './domain/announcement.js';
export type { NamedSubscription } from './domain/announcement-summary.js';
export { OPERATIONAL_PAYLOADS, type OperationalPayload } from './dto/operational-events.js';
export { examplePayload } from './example-payload.js';
export {
  deliveryFailed,
  type Envelope,
  replayFinished,
  subscriptionDisabled,
  subscriptionFailing,
  subscriptionRecovered,
} from './operational-payload.js';
export { Outbox } from './outbox.js';
export type { TakenAnnouncement } from './taken-announcement.js';
