import { ApiProperty } from '@nestjs/swagger';
import { DELIVERY_STATUSES, type DeliveryStatus } from '../../delivery/index.js';
import { type Addressing, ADDRESSINGS } from '../../ingest/index.js';
import { pageOf } from '../../shared/http/page.js';
import { NO_DELIVERY_REASONS, type NoDeliveryReason } from '../../subscriptions/index.js';

export class ExplainedDeliveryAnswer {
  @ApiProperty({ example: 'dlv_01k6zv1yqpe7rtqq6zjy200001' })
  readonly id: string;

  @ApiProperty({ enum: DELIVERY_STATUSES, example: 'delivered' })
  readonly status: DeliveryStatus;

  @ApiProperty({ description: 'URL of the delivery', example: '/deliveries/dlv_01k6zv1yqpe7rtqq6zjy200001' })
  readonly url: string;

  @ApiProperty({ type: String, nullable: true, description: 'Id of the delivery that this one repeats', example: null })
  readonly retry_of: string | null;
}

/** What the service decided about an event and a subscription. */
export class ExplainedSubscriptionAnswer {
  @ApiProperty({ example: 'sub_01k6zv1yqpe7rtqq6zjy2k3m4n' })
  readonly subscription_id: string;

  @ApiProperty({ type: ExplainedDeliveryAnswer, nullable: true, description: 'Null if it got none' })
  readonly delivery: ExplainedDeliveryAnswer | null;

  @ApiProperty({
    type: String,
    enum: [...NO_DELIVERY_REASONS, null],
    nullable: true,
    description: 'Why it got no delivery; null if it got one. New codes may be added',
    example: null,
  })
  readonly reason: NoDeliveryReason | null;

  @ApiProperty({
    description: 'One sentence for people: the outcome, or why there is none and what to change. Its words may change',
    example: 'The receiver answered 200 to the first attempt at 12:00:00 UTC; nothing is left to do.',
  })
  readonly detail: string;
}

export class EventExplanationAnswer extends pageOf(ExplainedSubscriptionAnswer, 'EventExplanationPage') {
  @ApiProperty({ example: 'evt_01k6zv1yqpe7rtqq6zjy200000' })
  readonly event_id: string;

  @ApiProperty({ example: 'order.created' })
  readonly event_type: string;

  @ApiProperty({
    type: String,
    enum: [...ADDRESSINGS, null],
    nullable: true,
    description:
      'To whom it was published: to all that want its type, to one subscription, or to one as a test. Null if an ' +
      'earlier version of the service accepted it and did not record this',
    example: 'all',
  })
  readonly addressed_to: Addressing | null;

  @ApiProperty({ type: 'integer', description: 'Number of its deliveries, manual retries included', example: 1 })
  readonly deliveries: number;

  @ApiProperty({ format: 'date-time', example: '2026-01-31T12:00:00.000Z' })
  readonly created_at: string;

  @ApiProperty({
    description: 'One sentence for people about the event. Its words may change',
    example: 'Published to all subscriptions that wanted order.created at 12:00:00 UTC; it led to one delivery.',
  })
  readonly summary: string;
}
