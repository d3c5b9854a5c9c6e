import { Injectable } from '@nestjs/common';
import { Announcements, type AnnouncingTransaction } from './announcements.js';
import type { Announcement } from './domain/announcement.js';
import { Outbox } from './outbox.js';

/** Keeps announcements in the outbox until they are published. */
@Injectable()
export class StoredAnnouncements extends Announcements {
  constructor(private readonly outbox: Outbox) {
    super();
  }

  async announce(transaction: AnnouncingTransaction, { tenantId, type, data }: Announcement): Promise<void> {
    await transaction.query('insert into announcements (tenant_id, event_type, data) values ($1, $2, $3)', [
      tenantId,
      type,
      JSON.stringify(data),
    ]);
    this.outbox.ring();
  }
}
