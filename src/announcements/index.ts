export { Announcements, type AnnouncingTransaction } from './announcements.js';
export { AnnouncementsModule } from './announcements.module.js';
export type { Announcement } from './domain/announcement.js';
