import { Module } from '@nestjs/common';
import { Announcements } from './announcements.js';
import { StoredAnnouncements } from './stored-announcements.js';

/** For modules that announce something. */
@Module({
  providers: [{ provide: Announcements, useClass: StoredAnnouncements }],
  exports: [Announcements],
})
export class AnnouncementsModule {}
