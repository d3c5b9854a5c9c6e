import type { Announcement } from './domain/announcement.js';

/** An open transaction; that of TypeORM is one. */
export interface AnnouncingTransaction {
  query(text: string, values: unknown[]): Promise<unknown>;
}

/** Tells tenants what happens to their subscriptions, deliveries and replays. */
export abstract class Announcements {
  /**
   * Adds an announcement to the transaction of what it is about. Once that is committed, an API process publishes it
   * within seconds as one event to the subscriptions that ask for its type, or drops it if there is none. May be called
   * for every tenant: it costs one small insert.
   */
  abstract announce(transaction: AnnouncingTransaction, announcement: Announcement): Promise<void>;
}
