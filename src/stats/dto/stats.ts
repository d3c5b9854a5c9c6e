import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { IsText } from '../../shared/http/rules.js';
import { IsTime, TIME_INPUT } from '../../shared/http/time-input.js';
import { EXAMPLE_IDS } from '../../shared/ids/public-id.js';
import { LIMITS } from '../../shared/limits.js';
import { EVENT_TYPE_SCHEMA, IsEventType } from '../../subscriptions/index.js';
import { type Step, STEPS } from '../domain/stats-range.js';
import { type Group, GROUPS } from '../statements/points.js';

const TIME = { format: 'date-time', example: '2026-01-31T12:00:00.000Z' };
const COUNT = { type: 'integer', example: 12 } as const;
const nullable = { nullable: true as const };

export class StatsQuery {
  @ApiPropertyOptional({
    ...TIME_INPUT,
    description:
      'Steps that end after this time; defaults to an hour before `until` for minutes, a day for hours and 30 days for days',
  })
  @IsOptional()
  @IsTime()
  readonly since?: string;

  @ApiPropertyOptional({ ...TIME_INPUT, description: 'Steps that start before this time; defaults to now' })
  @IsOptional()
  @IsTime()
  readonly until?: string;

  @ApiPropertyOptional({
    enum: STEPS,
    default: 'hour',
    description: `Length of a step (UTC). Minutes are kept for two days. A range has at most ${LIMITS.statsPoints} steps.`,
  })
  @IsOptional()
  @IsIn(STEPS)
  readonly step?: Step;

  @ApiPropertyOptional({
    enum: GROUPS,
    description: '`tenant` covers all tenants, and requires an admin key for all of them',
  })
  @IsOptional()
  @IsIn(GROUPS)
  readonly group_by?: Group;

  @ApiPropertyOptional({ maxLength: LIMITS.idLength, example: EXAMPLE_IDS.sub })
  @IsOptional()
  @IsText(LIMITS.idLength)
  readonly subscription_id?: string;

  @ApiPropertyOptional(EVENT_TYPE_SCHEMA)
  @IsOptional()
  @IsEventType()
  readonly event_type?: string;
}

export class PercentilesAnswer {
  @ApiProperty({ type: 'number', example: 41.2 })
  readonly p50: number;

  @ApiProperty({ type: 'number', example: 180 })
  readonly p95: number;

  @ApiProperty({ type: 'number', example: 512 })
  readonly p99: number;
}

export class StatsNumbers {
  @ApiProperty({
    type: 'integer',
    ...nullable,
    example: 12,
    description: 'Deliveries that were accepted, with manual retries; null with a code in `group_by`',
  })
  readonly accepted: number | null;

  @ApiProperty({ ...COUNT, example: 9, description: 'Deliveries that ended as delivered' })
  readonly delivered: number;

  @ApiProperty({ ...COUNT, example: 1, description: 'Deliveries that ended as failed' })
  readonly failed: number;

  @ApiProperty({ ...COUNT, example: 0, description: 'Deliveries that ended as cancelled' })
  readonly cancelled: number;

  @ApiProperty({ ...COUNT, example: 14, description: 'Attempts that were recorded' })
  readonly attempts: number;

  @ApiProperty({
    type: 'number',
    ...nullable,
    minimum: 0,
    maximum: 1,
    example: 0.9,
    description: '`delivered` / (`delivered` + `failed`); null if both are 0',
  })
  readonly success_rate: number | null;

  @ApiProperty({
    type: PercentilesAnswer,
    ...nullable,
    description: 'Milliseconds from the start of an attempt to the end of its response, at most 2.5 % off',
  })
  readonly attempt_ms: PercentilesAnswer | null;

  @ApiProperty({
    type: PercentilesAnswer,
    ...nullable,
    description: 'Milliseconds from acceptance to the end of deliveries that were delivered, at most 2.5 % off',
  })
  readonly delivery_ms: PercentilesAnswer | null;

  @ApiProperty({
    type: 'integer',
    ...nullable,
    example: 2,
    description:
      'The most pending deliveries at one of the samples, which are taken once a minute; null with a type or a code in ' +
      '`group_by` or with `event_type`',
  })
  readonly waiting: number | null;

  @ApiProperty({
    type: 'string',
    ...TIME,
    ...nullable,
    description: 'Since when the longest due of them had been due',
  })
  readonly oldest_due_at: string | null;
}

export class StatsPoint extends StatsNumbers {
  @ApiProperty({ ...TIME, description: 'Start of the step' })
  readonly at: string;
}

export class StatsSeries {
  @ApiProperty({
    type: 'string',
    ...nullable,
    example: EXAMPLE_IDS.sub,
    description:
      'What `group_by` names: the id of a subscription, an event type, a code or a tenant. Null without `group_by`, and ' +
      'for what has no such code',
  })
  readonly group: string | null;

  @ApiProperty({ type: StatsNumbers, description: 'The whole range' })
  readonly totals: StatsNumbers;

  @ApiProperty({
    type: [StatsPoint],
    maxItems: LIMITS.statsPoints,
    description: 'Oldest first. Steps in which nothing happened or waited are left out.',
  })
  readonly points: StatsPoint[];
}

export class StatsAnswer {
  @ApiProperty({ ...TIME, example: '2026-01-31T00:00:00.000Z', description: 'Start of the first step' })
  readonly since: string;

  @ApiProperty({ ...TIME, example: '2026-02-01T00:00:00.000Z', description: 'End of the last step' })
  readonly until: string;

  @ApiProperty({ enum: STEPS, example: 'hour' })
  readonly step: Step;

  @ApiProperty({ type: [StatsSeries], description: 'One series for each group, the busiest group first' })
  readonly data: StatsSeries[];

  @ApiProperty({ type: StatsNumbers, description: 'The whole range and all groups, also those that were left out' })
  readonly totals: StatsNumbers;

  @ApiProperty({
    ...COUNT,
    example: 0,
    description: `Groups that were left out, because an answer has at most ${LIMITS.statsPoints} points`,
  })
  readonly omitted_groups: number;

  @ApiProperty({
    type: 'string',
    ...TIME,
    ...nullable,
    example: null,
    description:
      'Events accepted before this time are not all counted yet, because history from before an upgrade is still being ' +
      'summed up; null if everything is counted',
  })
  readonly complete_since: string | null;
}
