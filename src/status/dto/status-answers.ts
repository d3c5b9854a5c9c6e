import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { DeliveryAnswer } from '../../delivery/index.js';
import { ApiEventTags } from '../../shared/http/tags-answer.js';
import { twoWayPageOf } from '../../shared/http/two-way-page.js';
import { LIMITS } from '../../shared/limits.js';

export class EventOutcomesAnswer {
  @ApiProperty({ type: 'integer', example: 2 })
  readonly delivered: number;

  @ApiProperty({ type: 'integer', example: 1 })
  readonly failed: number;

  @ApiProperty({ type: 'integer', example: 0 })
  readonly cancelled: number;

  @ApiProperty({
    type: 'integer',
    description: 'Deliveries that are pending, in flight or waiting for a retry',
    example: 0,
  })
  readonly unfinished: number;
}

export class EventAnswer {
  @ApiProperty({ example: 'evt_01k6zv1yqpe7rtqq6zjy200000' })
  readonly id: string;

  @ApiProperty({ example: 'order.created' })
  readonly event_type: string;

  @ApiProperty({ example: 'application/json' })
  readonly content_type: string;

  @ApiProperty({ type: 'integer', description: 'Size of the payload in bytes', example: 1024 })
  readonly payload_bytes: number;

  @ApiProperty({ type: 'integer', description: 'Number of deliveries, with manual retries', example: 3 })
  readonly delivery_count: number;

  @ApiProperty({
    type: EventOutcomesAnswer,
    nullable: true,
    description: `What became of its deliveries. Null for an event with more than ${LIMITS.countedDeliveries} of them`,
  })
  readonly outcomes: EventOutcomesAnswer | null;

  @ApiEventTags()
  readonly tags: readonly string[];

  @ApiProperty({ type: String, nullable: true, description: 'The Idempotency-Key of the publisher', example: null })
  readonly idempotency_key: string | null;

  @ApiProperty({ example: '/events/evt_01k6zv1yqpe7rtqq6zjy200000/payload' })
  readonly payload_url: string;

  @ApiProperty({ format: 'date-time', example: '2026-01-31T12:00:00.000Z' })
  readonly created_at: string;
}

export class EventStatusAnswer extends EventAnswer {
  @ApiProperty({
    type: [DeliveryAnswer],
    maxItems: LIMITS.eventDeliveries,
    description: 'Deliveries of the event, newest first',
  })
  readonly deliveries: DeliveryAnswer[];

  @ApiPropertyOptional({
    description: 'URL of the full list, present only if there are more deliveries',
    example: '/deliveries?event_id=evt_01k6zv1yqpe7rtqq6zjy200000',
  })
  readonly deliveries_url?: string;
}

export const EventPage = twoWayPageOf(EventAnswer, 'EventPage');
