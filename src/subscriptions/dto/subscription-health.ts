import { ApiProperty } from '@nestjs/swagger';

const TIME = { type: String, format: 'date-time', nullable: true as const, example: null };
const COUNT = { type: 'integer' } as const;

export const HEALTH_STATES = ['healthy', 'failing', 'idle', 'paused', 'disabled'] as const;
export type HealthState = (typeof HEALTH_STATES)[number];

/** What workers do for a subscription at present. */
export class LaneAnswer {
  @ApiProperty({ ...COUNT, description: 'Requests in flight', example: 3 })
  readonly in_flight: number;

  @ApiProperty({
    ...COUNT,
    description: 'Requests that may be in flight now, in all worker processes; less than the limit while the receiver fails or warms up. 0 if no worker has anything to send', // prettier-ignore
    example: 32,
  })
  readonly width: number;

  @ApiProperty({ ...COUNT, description: '`max_in_flight`, which holds for each worker process', example: 32 })
  readonly limit: number;

  @ApiProperty({ ...COUNT, description: 'Worker processes that have something to send', example: 1 })
  readonly workers: number;
}

/**
 * Health of a subscription, as a list shows it. Attempts count once the minute in which they were recorded is summed
 * up.
 */
export class SubscriptionHealthAnswer {
  @ApiProperty({
    enum: HEALTH_STATES,
    description:
      '`failing` from the fifth failure in a row on; `idle` if nothing was sent in the last day; `paused` and `disabled` as `state`',
    example: 'healthy',
  })
  readonly state: HealthState;

  @ApiProperty({
    description: 'What this means, and what to do',
    example: '1,428 of 1,430 attempts of the last day succeeded.',
  })
  readonly summary: string;

  @ApiProperty({
    type: 'number',
    nullable: true,
    description: 'Share of the attempts in the present hour and the 23 before it that succeeded; null without attempts',
    example: 0.9986,
  })
  readonly success_rate: number | null;

  @ApiProperty({
    type: 'array',
    items: { type: 'number', nullable: true },
    minItems: 24,
    maxItems: 24,
    description: 'The same for each of these hours (UTC), the oldest first; null without attempts',
    example: [...Array.from({ length: 20 }, () => 1), null, 0.98, 1, 1],
  })
  readonly success_by_hour: readonly (number | null)[];

  @ApiProperty({ ...COUNT, description: 'Failed attempts since the last success', example: 0 })
  readonly consecutive_failures: number;

  @ApiProperty({ ...TIME, description: 'Minute of the first of them; null if there are none' })
  readonly failing_since: string | null;

  @ApiProperty({
    type: 'number',
    nullable: true,
    description: 'How far it is on the way to being disabled for its failures, from 0 to 1; null if it is on no such way', // prettier-ignore
    example: null,
  })
  readonly disabling_progress: number | null;

  @ApiProperty({ ...COUNT, description: 'Deliveries that wait, at the last minute', example: 0 })
  readonly waiting: number;

  @ApiProperty({
    ...COUNT,
    description: 'Those of them that wait for the subscription or its receiver, not for the time of a retry',
    example: 0,
  })
  readonly parked: number;

  @ApiProperty({ type: LaneAnswer })
  readonly lane: LaneAnswer;

  @ApiProperty({ ...TIME, description: 'Attempts until this time are counted; null before the first are', example: '2026-01-31T12:00:00.000Z' }) // prettier-ignore
  readonly as_of: string | null;
}

/** Attempts of some time. */
export class HealthPeriodAnswer {
  @ApiProperty({ ...COUNT, example: 61 })
  readonly attempts: number;

  @ApiProperty({
    type: 'number',
    nullable: true,
    description: 'Share that succeeded; null without attempts',
    example: 1,
  })
  readonly success_rate: number | null;

  @ApiProperty({
    type: 'number',
    nullable: true,
    description: '95th percentile of their durations in milliseconds, at most 2.5 % off; null without attempts',
    example: 84.2,
  })
  readonly p95_ms: number | null;
}

/** Health of a single subscription. */
export class DetailedSubscriptionHealthAnswer extends SubscriptionHealthAnswer {
  @ApiProperty({ type: HealthPeriodAnswer, description: 'Attempts of the last 60 minutes' })
  readonly last_hour: HealthPeriodAnswer;

  @ApiProperty({ type: HealthPeriodAnswer, description: 'Attempts of the last 24 hours' })
  readonly last_day: HealthPeriodAnswer;

  @ApiProperty({ ...TIME, description: 'Minute, or hour after two days, of the last success; null if the history has none' }) // prettier-ignore
  readonly last_success_at: string | null;
}
