import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { IsTime, TIME_INPUT } from '../../shared/http/time-input.js';

const TIME = { format: 'date-time', example: '2026-01-31T12:00:00.000Z' };
const COUNT = { type: 'integer', example: 12 } as const;

export class LedgerQuery {
  @ApiPropertyOptional({
    ...TIME_INPUT,
    description: 'Hours that begin at this time or later; 24 hours before `until` if not given',
  })
  @IsOptional()
  @IsTime()
  readonly since?: string;

  @ApiPropertyOptional({ ...TIME_INPUT, description: 'Hours that begin before this time; now if not given' })
  @IsOptional()
  @IsTime()
  readonly until?: string;
}

export class LedgerCounts {
  @ApiProperty({ ...COUNT, description: 'Deliveries that were made of accepted events, manual retries included' })
  readonly accepted: number;

  @ApiProperty(COUNT)
  readonly delivered: number;

  @ApiProperty(COUNT)
  readonly failed: number;

  @ApiProperty(COUNT)
  readonly cancelled: number;

  @ApiProperty({ ...COUNT, description: 'Pending, in flight or waiting for a retry' })
  readonly unfinished: number;

  @ApiProperty({ ...COUNT, example: 0, description: 'accepted less all the others: anything but 0 is a defect' })
  readonly difference: number;
}

export class LedgerEntry extends LedgerCounts {
  @ApiProperty({ ...TIME, description: 'When the hour of the events began' })
  readonly hour: string;

  @ApiProperty({ example: 'default' })
  readonly tenant_id: string;
}

export class LedgerAnswer {
  @ApiProperty({ type: [LedgerEntry], description: 'Hours in which anything was accepted, newest first' })
  readonly data: LedgerEntry[];

  @ApiProperty({ type: LedgerCounts })
  readonly totals: LedgerCounts;
}
