import { ApiProperty } from '@nestjs/swagger';
import { EXAMPLE_IDS } from '../../shared/ids/public-id.js';
import { FAILING_STAGES, type OperationalEventType, REPLAY_OUTCOMES } from '../domain/announcement.js';

// Payloads of the operational events. Fields may be added; those that are here keep their meaning.

const TIME = { format: 'date-time', example: '2026-01-31T12:00:00.000Z' } as const;
const TIME_OR_NULL = { ...TIME, type: String, nullable: true } as const;
const COUNT = { type: 'integer', minimum: 0 } as const;
const COUNT_OR_NULL = { ...COUNT, nullable: true } as const;
const DESCRIPTION = {
  type: String,
  nullable: true,
  description: 'Description of the subscription',
  example: 'Billing',
} as const;
const TARGET_HOST = { description: 'Host of its target URL', example: 'example.com' } as const;
const SUBSCRIPTION_URL = `/subscriptions/${EXAMPLE_IDS.sub}`;
const FAILING_SINCE = { ...TIME, description: 'Time of the first failure since the last success' } as const;
const CONSECUTIVE = { ...COUNT, description: 'Failures since the last success', example: 20 } as const;

const EventType = (type: OperationalEventType): PropertyDecorator => ApiProperty({ enum: [type], example: type });

abstract class OperationalEvent {
  @ApiProperty({ description: 'Id of the event, the same as `webhook-id`', example: EXAMPLE_IDS.evt })
  readonly id: string;

  @ApiProperty({ ...TIME, description: 'When it happened' })
  readonly timestamp: string;

  @ApiProperty({
    description: 'One sentence for people: what happened, and what to do. Its words may change',
    example: 'The receiver answered 500; the delivery failed at 12:00:00 UTC after five attempts, with none left.',
  })
  readonly summary: string;
}

export class LastErrorOfEvent {
  @ApiProperty({ description: 'Stable code; new codes may be added', example: 'bad_status' })
  readonly code: string;

  @ApiProperty({ type: String, nullable: true, example: 'the receiver answered 500' })
  readonly message: string | null;
}

const LAST_ERROR = { type: LastErrorOfEvent, nullable: true } as const;
const LAST_STATUS_CODE = {
  type: 'integer',
  nullable: true,
  description: 'Of the last attempt; null without a response',
  example: 500,
} as const;

abstract class SubscriptionOfEvent {
  @ApiProperty({ example: EXAMPLE_IDS.sub })
  readonly subscription_id: string;

  @ApiProperty({ example: SUBSCRIPTION_URL })
  readonly subscription_url: string;

  @ApiProperty(DESCRIPTION)
  readonly subscription_description: string | null;

  @ApiProperty(TARGET_HOST)
  readonly target_host: string;
}

export class DeliveryFailedData extends SubscriptionOfEvent {
  @ApiProperty({ example: EXAMPLE_IDS.dlv })
  readonly delivery_id: string;

  @ApiProperty({ example: `/deliveries/${EXAMPLE_IDS.dlv}` })
  readonly delivery_url: string;

  @ApiProperty({ description: 'Id of the event that was not delivered', example: EXAMPLE_IDS.evt })
  readonly event_id: string;

  @ApiProperty({ example: `/events/${EXAMPLE_IDS.evt}` })
  readonly event_url: string;

  @ApiProperty({ description: 'Type of that event', example: 'order.created' })
  readonly event_type: string;

  @ApiProperty({ ...COUNT, example: 5 })
  readonly attempt_count: number;

  @ApiProperty(LAST_STATUS_CODE)
  readonly last_status_code: number | null;

  @ApiProperty(LAST_ERROR)
  readonly last_error: LastErrorOfEvent | null;

  @ApiProperty(TIME_OR_NULL)
  readonly finished_at: string | null;

  @ApiProperty({
    ...COUNT,
    description:
      'Other deliveries that failed before this one and have no event of their own, because a minute has at most 100 such events',
    example: 0,
  })
  readonly omitted: number;
}

export class DeliveryFailedEvent extends OperationalEvent {
  @EventType('webhooks.delivery.failed')
  readonly type: 'webhooks.delivery.failed';

  @ApiProperty({ type: DeliveryFailedData })
  readonly data: DeliveryFailedData;
}

export class SubscriptionFailingData extends SubscriptionOfEvent {
  @ApiProperty({
    enum: FAILING_STAGES,
    description: 'How far it is on the way from its first failure to being disabled',
    example: 'started',
  })
  readonly stage: (typeof FAILING_STAGES)[number];

  @ApiProperty(FAILING_SINCE)
  readonly failing_since: string;

  @ApiProperty(CONSECUTIVE)
  readonly consecutive_failures: number;

  @ApiProperty({
    ...TIME_OR_NULL,
    description: 'When it is disabled, at the earliest, unless something succeeds; null if it never is',
  })
  readonly disables_at: string | null;

  @ApiProperty(LAST_STATUS_CODE)
  readonly last_status_code: number | null;

  @ApiProperty(LAST_ERROR)
  readonly last_error: LastErrorOfEvent | null;
}

export class SubscriptionFailingEvent extends OperationalEvent {
  @EventType('webhooks.subscription.failing')
  readonly type: 'webhooks.subscription.failing';

  @ApiProperty({ type: SubscriptionFailingData })
  readonly data: SubscriptionFailingData;
}

export class SubscriptionDisabledData extends SubscriptionOfEvent {
  @ApiProperty({ description: '`disabled_reason` of the subscription; new reasons may be added', example: 'gone' })
  readonly reason: string;

  @ApiProperty({ ...FAILING_SINCE, ...TIME_OR_NULL, example: null })
  readonly failing_since: string | null;

  @ApiProperty({ ...CONSECUTIVE, ...COUNT_OR_NULL, example: null })
  readonly consecutive_failures: number | null;
}

export class SubscriptionDisabledEvent extends OperationalEvent {
  @EventType('webhooks.subscription.disabled')
  readonly type: 'webhooks.subscription.disabled';

  @ApiProperty({ type: SubscriptionDisabledData })
  readonly data: SubscriptionDisabledData;
}

export class SubscriptionRecoveredData extends SubscriptionOfEvent {
  @ApiProperty(FAILING_SINCE)
  readonly failing_since: string;

  @ApiProperty({ ...CONSECUTIVE, description: 'Failures before the success' })
  readonly consecutive_failures: number;
}

export class SubscriptionRecoveredEvent extends OperationalEvent {
  @EventType('webhooks.subscription.recovered')
  readonly type: 'webhooks.subscription.recovered';

  @ApiProperty({ type: SubscriptionRecoveredData })
  readonly data: SubscriptionRecoveredData;
}

export class ReplayFinishedData {
  @ApiProperty({ description: 'Id of the replay', example: 'rpl_01k6zv1yqpe7rtqq6zjy2k3m4n' })
  readonly replay_id: string;

  @ApiProperty({ example: '/replays/rpl_01k6zv1yqpe7rtqq6zjy2k3m4n' })
  readonly replay_url: string;

  @ApiProperty({ enum: REPLAY_OUTCOMES, description: 'How it ended', example: 'completed' })
  readonly outcome: (typeof REPLAY_OUTCOMES)[number];

  @ApiProperty({ ...COUNT, description: 'What it found', example: 1200 })
  readonly matched: number;

  @ApiProperty({ ...COUNT, description: 'What it sent again', example: 1200 })
  readonly sent: number;

  @ApiProperty({ ...COUNT, description: 'What of that was delivered by then', example: 1198 })
  readonly delivered: number;

  @ApiProperty({ ...COUNT, description: 'What of that had failed by then', example: 2 })
  readonly failed: number;

  @ApiProperty({ ...COUNT, required: false, description: 'What of that was cancelled by then', example: 0 })
  readonly cancelled?: number;

  @ApiProperty({ ...COUNT, required: false, description: 'What it found and did not send', example: 0 })
  readonly skipped?: number;

  @ApiProperty(TIME)
  readonly started_at: string;

  @ApiProperty({ ...TIME, example: '2026-01-31T12:02:00.000Z' })
  readonly finished_at: string;
}

export class ReplayFinishedEvent extends OperationalEvent {
  @EventType('webhooks.replay.finished')
  readonly type: 'webhooks.replay.finished';

  @ApiProperty({ type: ReplayFinishedData })
  readonly data: ReplayFinishedData;
}

/** Payloads by type. */
export const OPERATIONAL_PAYLOADS = {
  'webhooks.delivery.failed': DeliveryFailedEvent,
  'webhooks.subscription.failing': SubscriptionFailingEvent,
  'webhooks.subscription.disabled': SubscriptionDisabledEvent,
  'webhooks.subscription.recovered': SubscriptionRecoveredEvent,
  'webhooks.replay.finished': ReplayFinishedEvent,
} as const satisfies Record<OperationalEventType, unknown>;

export type OperationalPayload = InstanceType<(typeof OPERATIONAL_PAYLOADS)[OperationalEventType]>;
