import { Injectable } from '@nestjs/common';
import {
  type Announcement,
  deliveryFailed,
  type Envelope,
  type NamedSubscription,
  type OperationalPayload,
  replayFinished,
  subscriptionDisabled,
  subscriptionFailing,
  subscriptionRecovered,
} from '../../announcements/index.js';
import { DeliveryHistory, DeliveryNotFound } from '../../delivery/index.js';
import { parsePublicId, toPublicId } from '../../shared/ids/public-id.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import { isOperational, SubscriptionNotFound, SubscriptionsService } from '../../subscriptions/index.js';

/** What an announcement is about, with what its reader wants to know of it. */
interface Subject extends NamedSubscription {
  readonly eventTypes: readonly string[];
}

/** Makes the payloads of operational events. */
@Injectable()
export class OperationalPayloads {
  constructor(
    private readonly deliveries: DeliveryHistory,
    private readonly subscriptions: SubscriptionsService,
  ) {}

  /**
   * @param omitted other failures for which the announcement stands
   * @returns null if there shall be no event: what it would be about is gone, or it would be about operational events
   */
  async make(envelope: Envelope, announcement: Announcement, omitted: number): Promise<OperationalPayload | null> {
    const { tenantId, type, data } = announcement;
    switch (type) {
      case 'webhooks.delivery.failed':
        return this.ofFailure(envelope, tenantId, data.deliveryId, omitted);
      case 'webhooks.subscription.failing': {
        const subject = await this.healthSubject(tenantId, data.subscriptionId);
        return subject && subscriptionFailing(envelope, data, subject);
      }
      case 'webhooks.subscription.recovered': {
        const subject = await this.healthSubject(tenantId, data.subscriptionId);
        return subject && subscriptionRecovered(envelope, data, subject);
      }
      case 'webhooks.subscription.disabled': {
        const subject = await this.find(tenantId, data.subscriptionId);
        return subject && subscriptionDisabled(envelope, data, subject);
      }
      case 'webhooks.replay.finished':
        return replayFinished(envelope, data);
    }
  }

  /** A deleted subscription keeps its failures, but has no description any more. */
  private async ofFailure(
    envelope: Envelope,
    tenantId: string,
    id: Uuid,
    omitted: number,
  ): Promise<OperationalPayload | null> {
    const delivery = await this.deliveries.get(tenantId, id).catch(nullIf(DeliveryNotFound));
    if (delivery === null || isOperational(delivery.event_type)) return null;
    const { subscription_id: subscriptionId, target_url: url } = delivery;
    const found = await this.find(tenantId, parsePublicId(subscriptionId, 'sub').uuid);
    const gone = { id: subscriptionId, description: null, targetHost: new URL(url).hostname };
    return deliveryFailed(envelope, delivery, found ?? gone, omitted);
  }

  /**
   * A subscription that gets nothing but operational events may fail and recover by them alone: then each event about
   * it would lead to the next one, so there are none.
   */
  private async healthSubject(tenantId: string, id: Uuid): Promise<Subject | null> {
    const subject = await this.find(tenantId, id);
    return subject?.eventTypes.every(isOperational) === true ? null : subject;
  }

  private async find(tenantId: string, id: Uuid): Promise<Subject | null> {
    const found = await this.subscriptions.get(tenantId, id).catch(nullIf(SubscriptionNotFound));
    if (found === null) return null;
    const { description, event_types: eventTypes, target_url: url } = found;
    return { id: toPublicId('sub', id), description, targetHost: new URL(url).hostname, eventTypes };
  }
}

/** A handler of rejections that turns errors of one class into null. */
function nullIf(kind: new (id: string) => Error): (error: unknown) => null {
  return (error) => {
    if (error instanceof kind) return null;
    throw error;
  };
}
