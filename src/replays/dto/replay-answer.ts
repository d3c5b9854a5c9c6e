import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { FINAL_STATUSES, type FinalStatus } from '../../delivery/index.js';
import { pageOf } from '../../shared/http/page.js';
import { REPLAY_KINDS, REPLAY_STATES, type ReplayKind, type ReplayState } from '../domain/replay.js';

const COUNT = { type: 'integer' } as const;
const TIME = { format: 'date-time', example: '2026-01-31T12:00:00.000Z' } as const;

/** The filters that were given. */
export class ReplayFiltersAnswer {
  @ApiPropertyOptional({ example: 'sub_01k6zv1yqpe7rtqq6zjy2k3m4n' })
  readonly subscription_id?: string;

  @ApiPropertyOptional({ example: 'order.*' })
  readonly event_type?: string;

  @ApiPropertyOptional({ example: 'evt_01k6zv1yqpe7rtqq6zjy200000' })
  readonly event_id?: string;

  @ApiPropertyOptional({ example: 'order-1234' })
  readonly tag?: string;

  @ApiPropertyOptional({ type: 'array', items: { type: 'string', enum: [...FINAL_STATUSES] }, example: ['failed'] })
  readonly statuses?: readonly FinalStatus[];

  @ApiPropertyOptional({ example: '5xx' })
  readonly status_code?: string;

  @ApiPropertyOptional({ example: 'timeout' })
  readonly error_code?: string;

  @ApiPropertyOptional({ example: 'hooks.example.com' })
  readonly target_host?: string;

  @ApiPropertyOptional(TIME)
  readonly since?: string;

  @ApiPropertyOptional({ ...TIME, example: '2026-01-31T13:00:00.000Z' })
  readonly until?: string;
}

/** What a replay would send. */
export class ReplayMatchAnswer {
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The delivery that would be repeated; null for the kind `missing`',
    example: 'dlv_01k6zv1yqpe7rtqq6zjy200001',
  })
  readonly delivery_id: string | null;

  @ApiProperty({ example: 'evt_01k6zv1yqpe7rtqq6zjy200000' })
  readonly event_id: string;

  @ApiProperty({ example: 'order.created' })
  readonly event_type: string;

  @ApiProperty({ example: 'sub_01k6zv1yqpe7rtqq6zjy2k3m4n' })
  readonly subscription_id: string;

  @ApiProperty({ type: String, nullable: true, description: 'Null without a delivery', example: 'failed' })
  readonly status: string | null;

  @ApiProperty({ ...TIME, description: 'When the event was accepted' })
  readonly accepted_at: string;
}

export class ReplayPreviewAnswer {
  @ApiProperty({ enum: REPLAY_KINDS, example: 'failed' })
  readonly kind: ReplayKind;

  @ApiProperty({ type: ReplayFiltersAnswer })
  readonly filters: ReplayFiltersAnswer;

  @ApiProperty({ ...COUNT, description: 'Deliveries that would be made', example: 1200 })
  readonly matched: number;

  @ApiProperty({ type: 'number', description: 'Deliveries per second', example: 100 })
  readonly rate: number;

  @ApiProperty({ ...COUNT, description: 'Seconds that it takes at this rate, if receivers keep up', example: 12 })
  readonly least_seconds: number;

  @ApiProperty({ type: [ReplayMatchAnswer], description: 'The ten oldest' })
  readonly first: ReplayMatchAnswer[];
}

export class ReplayAnswer {
  @ApiProperty({ example: 'rpl_01k6zv1yqpe7rtqq6zjy2k3m4n' })
  readonly id: string;

  @ApiProperty({ enum: REPLAY_KINDS, example: 'failed' })
  readonly kind: ReplayKind;

  @ApiProperty({ type: ReplayFiltersAnswer })
  readonly filters: ReplayFiltersAnswer;

  @ApiProperty({
    enum: REPLAY_STATES,
    description:
      '`finished` once each delivery that it made is finished; `failed` if it could not go on, see `last_error`',
    example: 'running',
  })
  readonly state: ReplayState;

  @ApiProperty({
    description: 'One sentence for people: how far it is, what it waits for, what to do. Its words may change',
    example: '400 of 1,200 are sent, at up to 100 a second.',
  })
  readonly summary: string;

  @ApiProperty({ ...COUNT, description: 'What was found when it was made', example: 1200 })
  readonly matched: number;

  @ApiProperty({ ...COUNT, description: 'Deliveries that it has made: `GET /deliveries?replay_id=…`', example: 400 })
  readonly sent: number;

  @ApiProperty({
    ...COUNT,
    description: 'Matches that it did not send, because their subscription is deleted or disabled, or they are gone',
    example: 0,
  })
  readonly skipped: number;

  @ApiProperty({
    ...COUNT,
    description: 'Of those sent. Follows within seconds, and is exact at the end',
    example: 380,
  })
  readonly delivered: number;

  @ApiProperty({ ...COUNT, example: 4 })
  readonly failed: number;

  @ApiProperty({ ...COUNT, example: 0 })
  readonly cancelled: number;

  @ApiProperty({
    type: 'number',
    description: 'Part of the matches that is sent or skipped, from 0 to 1',
    example: 0.3333,
  })
  readonly progress: number;

  @ApiProperty({ type: 'number', description: 'Deliveries per second at most', example: 100 })
  readonly rate: number;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The API key that made it; null if nobody needed a key',
    example: 'key_01k6zv1yqpe7rtqq6zjy2k3m4n',
  })
  readonly created_by: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'In words', example: null })
  readonly last_error: string | null;

  @ApiProperty(TIME)
  readonly created_at: string;

  @ApiProperty({ type: String, nullable: true, ...TIME, example: null })
  readonly finished_at: string | null;
}

export const ReplayPage = pageOf(ReplayAnswer, 'ReplayPage');
