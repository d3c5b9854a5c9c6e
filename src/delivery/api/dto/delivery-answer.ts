import { ApiProperty } from '@nestjs/swagger';
import { ApiEventTags } from '../../../shared/http/tags-answer.js';
import { twoWayPageOf } from '../../../shared/http/two-way-page.js';
import { DELIVERY_STATUSES, type DeliveryStatus } from '../../domain/delivery-state.js';

export class DeliveryErrorAnswer {
  @ApiProperty({ description: 'Stable code; new codes may be added', example: 'bad_status' })
  readonly code: string;

  @ApiProperty({ type: String, nullable: true, example: 'the receiver answered 500' })
  readonly message: string | null;
}

export class SentHeaderAnswer {
  @ApiProperty({ example: 'webhook-id' })
  readonly name: string;

  @ApiProperty({
    description: '`***` for a credential; `[not kept: too long]` for what exceeds 4 KB of own headers',
    example: 'evt_01k6zv1yqpe7rtqq6zjy200000',
  })
  readonly value: string;
}

const PHASE = { type: 'integer', nullable: true } as const;

export class PhasesAnswer {
  @ApiProperty({ ...PHASE, description: 'Resolving the host name; null for a literal address', example: 3 })
  readonly dns_ms: number | null;

  @ApiProperty({ ...PHASE, description: 'Connecting; null on a connection that existed, like the two beside it', example: 11 }) // prettier-ignore
  readonly connect_ms: number | null;

  @ApiProperty({ ...PHASE, description: 'TLS handshake; null for http', example: 14 })
  readonly tls_ms: number | null;

  @ApiProperty({ ...PHASE, description: 'From the start of the request to the first byte of the response', example: 9 })
  readonly wait_ms: number | null;

  @ApiProperty({ ...PHASE, description: 'From there to the end of the response', example: 0 })
  readonly read_ms: number | null;
}

/** A request to a receiver, and what came back. */
export class ExchangeAnswer {
  @ApiProperty({ type: 'integer', description: 'From 1, in the order of sending', example: 1 })
  readonly number: number;

  @ApiProperty({ type: 'integer', nullable: true, description: 'Null if there was no response', example: 200 })
  readonly status_code: number | null;

  @ApiProperty({ type: DeliveryErrorAnswer, nullable: true, description: 'Null after a 2xx response', example: null })
  readonly error: DeliveryErrorAnswer | null;

  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' }, example: { 'content-type': 'text/plain' } })
  readonly response_headers: Record<string, string>;

  @ApiProperty({
    description: 'First 4 KB of the response body; empty for a portal session without `payloads:read`',
    example: 'thank you',
  })
  readonly response_body: string;
}

export class AttemptAnswer extends ExchangeAnswer {
  @ApiProperty({ format: 'date-time', example: '2026-01-31T12:00:00.000Z' })
  readonly started_at: string;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Null if the worker ended before the attempt did',
    example: 37,
  })
  readonly duration_ms: number | null;

  @ApiProperty({ description: 'Whether the outcome arrived too late to change the delivery', example: false })
  readonly late: boolean;

  @ApiProperty({
    type: [SentHeaderAnswer],
    nullable: true,
    description: 'Headers as sent, in their order. Null if no connection was made, and if this was not recorded',
  })
  readonly request_headers: SentHeaderAnswer[] | null;

  @ApiProperty({
    type: PhasesAnswer,
    nullable: true,
    description: 'How long each phase took; null for a phase that did not happen. All null if this was not recorded',
  })
  readonly phases: PhasesAnswer | null;
}

/** One event for one subscription. */
export class DeliveryAnswer {
  @ApiProperty({ example: 'dlv_01k6zv1yqpe7rtqq6zjy200001' })
  readonly id: string;

  @ApiProperty({ description: 'Same as `id`', example: 'dlv_01k6zv1yqpe7rtqq6zjy200001' })
  readonly task_id: string;

  @ApiProperty({ example: 'evt_01k6zv1yqpe7rtqq6zjy200000' })
  readonly event_id: string;

  @ApiProperty({
    description: 'The `webhook-id` that receivers get: the id of the event, or of a delivery that was retried `as_new`',
    example: 'evt_01k6zv1yqpe7rtqq6zjy200000',
  })
  readonly webhook_id: string;

  @ApiProperty({ example: 'sub_01k6zv1yqpe7rtqq6zjy2k3m4n' })
  readonly subscription_id: string;

  @ApiProperty({ example: 'order.created' })
  readonly event_type: string;

  @ApiEventTags()
  readonly tags: readonly string[];

  @ApiProperty({ description: 'Current URL of the subscription', example: 'https://example.com/webhooks' })
  readonly target_url: string;

  @ApiProperty({ enum: DELIVERY_STATUSES, example: 'delivered' })
  readonly status: DeliveryStatus;

  @ApiProperty({ type: String, nullable: true, description: 'Id of the delivery that this one repeats', example: null })
  readonly retry_of: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Id of the replay that made it', example: null })
  readonly replay_id: string | null;

  @ApiProperty({ type: 'integer', example: 1 })
  readonly attempt_count: number;

  @ApiProperty({ type: 'integer', example: 5 })
  readonly max_attempts: number;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Time of the next retry',
    example: null,
  })
  readonly next_attempt_at: string | null;

  @ApiProperty({ type: 'integer', nullable: true, example: 200 })
  readonly last_status_code: number | null;

  @ApiProperty({ type: DeliveryErrorAnswer, nullable: true, example: null })
  readonly last_error: DeliveryErrorAnswer | null;

  @ApiProperty({ format: 'date-time', example: '2026-01-31T12:00:00.000Z' })
  readonly created_at: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2026-01-31T12:00:00.400Z' })
  readonly finished_at: string | null;
}

export class DeliveryWithAttemptsAnswer extends DeliveryAnswer {
  @ApiProperty({
    description:
      'One sentence for people: what happened, on whose side, what comes next and what to do. Its words may change',
    example: 'The receiver answered 200 to the first attempt at 12:00:00 UTC; nothing is left to do.',
  })
  readonly summary: string;

  @ApiProperty({ type: [AttemptAnswer], description: 'Oldest first' })
  readonly attempts: AttemptAnswer[];
}

export const DeliveryPage = twoWayPageOf(DeliveryAnswer, 'DeliveryPage');
