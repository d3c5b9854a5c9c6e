import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsISO8601, IsOptional, IsString, MaxLength } from 'class-validator';
import { DELIVERY_STATUSES, type DeliveryFilter, type DeliveryStatus } from '../../delivery/index.js';
import { decodeCursor, PageQuery } from '../../shared/http/page.js';
import { parsePublicId } from '../../shared/ids/public-id.js';

const TIME = { format: 'date-time', example: '2026-01-31T12:00:00.000Z' };

/** Filters of the deliveries of one subscription. */
export class SubscriptionDeliveryQuery extends PageQuery {
  @ApiPropertyOptional({ enum: DELIVERY_STATUSES })
  @IsOptional()
  @IsIn(DELIVERY_STATUSES)
  readonly status?: DeliveryStatus;

  @ApiPropertyOptional({ maxLength: 128, example: 'order.created' })
  @IsOptional()
  @IsString()
  @MaxLength(128)
  readonly event_type?: string;

  @ApiPropertyOptional({ ...TIME, description: 'Events accepted at this time or later' })
  @IsOptional()
  @IsISO8601({ strict: true, strictSeparator: true })
  readonly since?: string;

  @ApiPropertyOptional({ ...TIME, description: 'Events accepted before this time' })
  @IsOptional()
  @IsISO8601({ strict: true, strictSeparator: true })
  readonly until?: string;
}

/** Filters of all deliveries. */
export class DeliveryQuery extends SubscriptionDeliveryQuery {
  @ApiPropertyOptional({ example: 'sub_01k6zv1yqpe7rtqq6zjy2k3m4n' })
  @IsOptional()
  @IsString()
  @MaxLength(64)
  readonly subscription_id?: string;

  @ApiPropertyOptional({ example: 'evt_01k6zv1yqpe7rtqq6zjy200000' })
  @IsOptional()
  @IsString()
  @MaxLength(64)
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
