import { ApiProperty } from '@nestjs/swagger';

const TIME = { format: 'date-time', example: '2026-01-31T12:00:00.000Z' };

/** Names and bodies of the SSE events that tell about the stream itself. */
export interface Notices {
  readonly skipped: SkippedNotice;
  readonly gap: GapNotice;
  readonly degraded: StreamNotice;
  readonly recovered: StreamNotice;
  readonly dropped: StreamNotice;
  readonly ended: StreamNotice;
}

export class SkippedNotice {
  @ApiProperty({ type: 'integer', description: 'Messages left out since the last notice', example: 250 })
  readonly skipped: number;

  @ApiProperty(TIME)
  readonly occurred_at: string;
}

export class GapNotice {
  @ApiProperty({ ...TIME, description: 'Start of the time in which messages may be missing' })
  readonly from: string;

  @ApiProperty({ ...TIME, description: 'End of that time' })
  readonly to: string;

  @ApiProperty({
    description: 'URL of the list of deliveries whose events were accepted in that time',
    example: '/deliveries?since=2026-01-31T12%3A00%3A00.000Z&until=2026-01-31T12%3A05%3A00.000Z',
  })
  readonly deliveries_url: string;
}

export class StreamNotice {
  @ApiProperty({ description: 'Stable code for programs', example: 'redis_unavailable' })
  readonly code: string;

  @ApiProperty({ description: 'What happened, and what to do', example: 'Redis does not answer.' })
  readonly detail: string;

  @ApiProperty(TIME)
  readonly occurred_at: string;
}
