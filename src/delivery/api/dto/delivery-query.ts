import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { DELIVERY_STATUSES, type DeliveryStatus } from '../../domain/delivery-state.js';
import type { DeliveryFilter } from '../../storage/delivery-history.repository.js';
import { decodeCursor, PageQuery } from '../../../shared/http/page.js';
import { IsText } from '../../../shared/http/rules.js';
import { IsTime, TIME_INPUT } from '../../../shared/http/time-input.js';
import { parsePublicId } from '../../../shared/ids/public-id.js';
import { LIMITS } from '../../../shared/limits.js';
import { EVENT_TYPE_SCHEMA, IsEventType } from '../../../subscriptions/index.js';

/** Filters of the list of one subscription's deliveries. */
export class SubscriptionDeliveryQuery extends PageQuery {
  @ApiPropertyOptional({ enum: DELIVERY_STATUSES })
  @IsOptional()
  @IsIn(DELIVERY_STATUSES)
  readonly status?: DeliveryStatus;

  @ApiPropertyOptional(EVENT_TYPE_SCHEMA)
  @IsOptional()
  @IsEventType()
  readonly event_type?: string;

  @ApiPropertyOptional({ ...TIME_INPUT, description: 'Only deliveries of events accepted at this time or later' })
  @IsOptional()
  @IsTime()
  readonly since?: string;

  @ApiPropertyOptional({ ...TIME_INPUT, description: 'Only deliveries of events accepted before this time' })
  @IsOptional()
  @IsTime()
  readonly until?: string;
}

/** Filters of the list of all deliveries. */
export class DeliveryQuery extends SubscriptionDeliveryQuery {
  @ApiPropertyOptional({ maxLength: LIMITS.idLength, example: 'sub_01k6zv1yqpe7rtqq6zjy2k3m4n' })
  @IsOptional()
  @IsText(LIMITS.idLength)
  readonly subscription_id?: string;

  @ApiPropertyOptional({ maxLength: LIMITS.idLength, example: 'evt_01k6zv1yqpe7rtqq6zjy200000' })
  @IsOptional()
  @IsText(LIMITS.idLength)
  readonly event_id?: string;
}

/** @throws MalformedId; MalformedCursor */
export function toFilter(query: DeliveryQuery): DeliveryFilter {
  return {
    limit: query.limit,
    ...(query.cursor !== undefined && { after: decodeCursor(query.cursor) }),
    ...(query.subscription_id !== undefined && { subscriptionId: parsePublicId(query.subscription_id, 'sub').uuid }),
    ...(query.event_id !== undefined && { eventId: parsePublicId(query.event_id, 'evt').uuid }),
    ...(query.event_type !== undefined && { eventType: query.event_type }),
    ...(query.status !== undefined && { status: query.status }),
    ...(query.since !== undefined && { since: new Date(query.since) }),
    ...(query.until !== undefined && { until: new Date(query.until) }),
  };
}
