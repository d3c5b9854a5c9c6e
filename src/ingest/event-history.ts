import { Injectable } from '@nestjs/common';
import { toPublicId } from '../shared/ids/public-id.js';
import type { Uuid } from '../shared/ids/uuid.js';
import { type Addressing, addressingFrom } from './domain/addressing.js';
import { EventHistoryRepository, type EventSummary, type Payload } from './event-history.repository.js';
import { EventNotFound } from './ingest.errors.js';

/** Events that were accepted. */
@Injectable()
export class EventHistory {
  constructor(private readonly repository: EventHistoryRepository) {}

  /** @throws EventNotFound */
  async getSummary(tenantId: string, id: Uuid): Promise<EventSummary> {
    const [summary] = await this.repository.listSummaries(tenantId, [id]);
    return found(id, summary ?? null);
  }

  /** Reads events, newest first, without those that do not exist. */
  listSummaries(tenantId: string, ids: readonly Uuid[]): Promise<EventSummary[]> {
    return this.repository.listSummaries(tenantId, ids);
  }

  /** @throws EventNotFound */
  async getAddressing(
    tenantId: string,
    id: Uuid,
  ): Promise<{ readonly addressing: Addressing | null; readonly deliveryCount: number }> {
    const { addressing, deliveryCount } = found(id, await this.repository.findAddressing(tenantId, id));
    return { addressing: addressingFrom(addressing), deliveryCount };
  }

  /** @throws EventNotFound */
  async getPayload(tenantId: string, id: Uuid): Promise<Payload> {
    return found(id, await this.repository.findPayload(tenantId, id));
  }
}

function found<T>(id: Uuid, event: T | null): T {
  if (event === null) throw new EventNotFound(toPublicId('evt', id));
  return event;
}
