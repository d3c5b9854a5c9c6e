import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { IsTime, TIME_INPUT } from '../../shared/http/time-input.js';
import { LIMITS } from '../../shared/limits.js';

const TIME = { format: 'date-time', example: '2026-01-31T12:00:00.000Z' };
const COUNT = { type: 'integer', example: 12 } as const;

export class LedgerQuery {
  @ApiPropertyOptional({
    ...TIME_INPUT,
    description: 'Hours that start at this time or later; defaults to 24 hours before `until`',
  })
  @IsOptional()
  @IsTime()
  readonly since?: string;

  @ApiPropertyOptional({ ...TIME_INPUT, description: 'Hours that start before this time; defaults to now' })
  @IsOptional()
  @IsTime()
  readonly until?: string;

  @ApiPropertyOptional({
    type: String,
    enum: ['true', 'false'],
    default: 'false',
    description: `Counts the history again, and compares it with its sums; at most ${LIMITS.verifiedLedgerDays} day`,
  })
  @IsOptional()
  @IsIn(['true', 'false'])
  readonly verify?: 'true' | 'false';
}

export class LedgerCounts {
  @ApiProperty({ ...COUNT, description: 'Deliveries created for accepted events, including manual retries' })
  readonly accepted: number;

  @ApiProperty({ ...COUNT, example: 9 })
  readonly delivered: number;

  @ApiProperty({ ...COUNT, example: 1 })
  readonly failed: number;

  @ApiProperty({ ...COUNT, example: 0 })
  readonly cancelled: number;

  @ApiProperty({ ...COUNT, example: 2, description: 'Deliveries that are pending, in flight or waiting for a retry' })
  readonly unfinished: number;

  @ApiProperty({ ...COUNT, example: 0, description: '`accepted` minus all other counts; anything but 0 is a defect' })
  readonly difference: number;
}

export class LedgerEntry extends LedgerCounts {
  @ApiProperty({ ...TIME, description: 'Start of the hour in which the events were accepted' })
  readonly hour: string;

  @ApiProperty({ example: 'default' })
  readonly tenant_id: string;

  @ApiPropertyOptional({
    type: 'boolean',
    nullable: true,
    example: true,
    description:
      'Only with `verify=true`: whether the sums say the same as the history; null if they do not cover the hour yet',
  })
  readonly sums_agree?: boolean | null;
}

export class LedgerAnswer {
  @ApiProperty({ type: [LedgerEntry], description: 'Hours with accepted events, newest first' })
  readonly data: LedgerEntry[];

  @ApiProperty({ type: LedgerCounts })
  readonly totals: LedgerCounts;

  @ApiPropertyOptional({
    example: true,
    description: 'Only with `verify=true`: whether the sums of all hours that they cover say the same as the history',
  })
  readonly sums_agree?: boolean;
}
