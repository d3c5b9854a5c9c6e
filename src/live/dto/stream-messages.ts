import { ApiProperty } from '@nestjs/swagger';
import { ApiEventTags } from '../../shared/http/tags-answer.js';
import { LIMITS } from '../../shared/limits.js';

/** Statuses that a message may name. A delivery is `in_flight` for too short a time to be shown. */
export const STREAM_STATUSES = ['pending', 'retrying', 'delivered', 'failed', 'cancelled'] as const;
export type StreamStatus = (typeof STREAM_STATUSES)[number];

const OCCURRED_AT = {
  format: 'date-time',
  description: 'When the service reported it',
  example: '2026-01-31T12:00:00.000Z',
};
const EVENT_ID = { example: 'evt_01k6zv1yqpe7rtqq6zjy200000' };
const DELIVERY_ID = { example: 'dlv_01k6zv1yqpe7rtqq6zjy200001' };
const SUBSCRIPTION_ID = { example: 'sub_01k6zv1yqpe7rtqq6zjy2k3m4n' };
const TARGET_HOST = { description: 'Host of the target URL, without a port', example: 'hooks.example.com' };

export class StreamErrorAnswer {
  @ApiProperty({ example: 'timeout' })
  readonly code: string;

  @ApiProperty({ type: String, nullable: true, example: 'no complete response within 15 s' })
  readonly message: string | null;
}

export class AcceptedMessage {
  @ApiProperty(EVENT_ID)
  readonly event_id: string;

  @ApiProperty({ example: 'order.created' })
  readonly event_type: string;

  @ApiEventTags()
  readonly tags: readonly string[];

  @ApiProperty({ type: 'integer', description: 'Number of deliveries', example: 3 })
  readonly deliveries: number;

  @ApiProperty({ type: 'integer', description: 'Size of the payload in bytes', example: 1024 })
  readonly payload_bytes: number;

  @ApiProperty(OCCURRED_AT)
  readonly occurred_at: string;
}

export class AttemptedMessage {
  @ApiProperty(DELIVERY_ID)
  readonly delivery_id: string;

  @ApiProperty(EVENT_ID)
  readonly event_id: string;

  @ApiProperty(SUBSCRIPTION_ID)
  readonly subscription_id: string;

  @ApiProperty({ example: 'order.created' })
  readonly event_type: string;

  @ApiEventTags()
  readonly tags: readonly string[];

  @ApiProperty(TARGET_HOST)
  readonly target_host: string;

  @ApiProperty({
    enum: STREAM_STATUSES,
    type: String,
    nullable: true,
    description: 'Status of the delivery since this attempt; null if the attempt came too late to change it',
    example: 'retrying',
  })
  readonly status: StreamStatus | null;

  @ApiProperty({ type: 'integer', description: 'Number of the attempt, from 1', example: 1 })
  readonly attempt: number;

  @ApiProperty({
    type: 'integer',
    description: 'Attempts after which a delivery fails. Those that a crash cut short do not count',
    example: 5,
  })
  readonly max_attempts: number;

  @ApiProperty({ type: 'integer', nullable: true, description: 'Null if no response came', example: 503 })
  readonly status_code: number | null;

  @ApiProperty({ type: StreamErrorAnswer, nullable: true, description: 'Null after a 2xx' })
  readonly error: StreamErrorAnswer | null;

  @ApiProperty({ type: 'integer', example: 120 })
  readonly duration_ms: number;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When the next attempt is due, to about a second; null if there is none',
    example: '2026-01-31T12:00:10.000Z',
  })
  readonly next_attempt_at: string | null;

  @ApiProperty(OCCURRED_AT)
  readonly occurred_at: string;
}

export class ChangedMessage {
  @ApiProperty(DELIVERY_ID)
  readonly delivery_id: string;

  @ApiProperty(EVENT_ID)
  readonly event_id: string;

  @ApiProperty(SUBSCRIPTION_ID)
  readonly subscription_id: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Null if the change did not read the event, as when deliveries end with their subscription',
    example: 'order.created',
  })
  readonly event_type: string | null;

  @ApiProperty({
    type: [String],
    nullable: true,
    maxItems: LIMITS.tags,
    description: 'Tags that the event was published with; null like `event_type`',
    example: ['order-1234', 'customer-9'],
  })
  readonly tags: readonly string[] | null;

  @ApiProperty({ ...TARGET_HOST, type: String, nullable: true, description: `${TARGET_HOST.description}; null like \`event_type\`` }) // prettier-ignore
  readonly target_host: string | null;

  @ApiProperty({ enum: STREAM_STATUSES, example: 'cancelled' })
  readonly status: StreamStatus;

  @ApiProperty({ type: StreamErrorAnswer, nullable: true, description: 'Why it ended; null if it has not' })
  readonly error: StreamErrorAnswer | null;

  @ApiProperty({ type: String, nullable: true, description: 'Id of the delivery that this one repeats', example: null })
  readonly retry_of: string | null;

  @ApiProperty(OCCURRED_AT)
  readonly occurred_at: string;
}

/** Something that happened, as viewers see it. */
export type Message =
  | { readonly kind: 'event.accepted'; readonly body: AcceptedMessage }
  | { readonly kind: 'delivery.attempted'; readonly body: AttemptedMessage }
  | { readonly kind: 'delivery.changed'; readonly body: ChangedMessage };
