import { Module } from '@nestjs/common';
import { Announcements } from './announcements.js';
import { AnnouncementsRepository } from './announcements.repository.js';
import { Outbox } from './outbox.js';
import { StoredAnnouncements } from './stored-announcements.js';

/** For modules that announce something, and for the one that publishes it. */
@Module({
  providers: [AnnouncementsRepository, Outbox, { provide: Announcements, useClass: StoredAnnouncements }],
  exports: [Announcements, Outbox],
})
export class AnnouncementsModule {}
