import { ApiProperty } from '@nestjs/swagger';
import { EXAMPLE_IDS } from '../../shared/ids/public-id.js';

const TIME = { type: String, format: 'date-time' } as const;
const FROM = '2026-01-26T12:00:00.000Z';
const UNTIL = '2026-01-31T12:00:00.000Z';

/** Body of a request that sends the events of a time again. */
export class MissingReplayAnswer {
  @ApiProperty({ enum: ['missing'], example: 'missing' })
  readonly kind: 'missing';

  @ApiProperty({ example: EXAMPLE_IDS.sub })
  readonly subscription_id: string;

  @ApiProperty({ ...TIME, example: FROM })
  readonly since: string;

  @ApiProperty({ ...TIME, example: UNTIL })
  readonly until: string;
}

/** What happened while a subscription was disabled. */
export class RevivalAnswer {
  @ApiProperty({ example: 'failing' })
  readonly disabled_reason: string;

  @ApiProperty({ ...TIME, example: FROM })
  readonly disabled_at: string;

  @ApiProperty({
    type: 'integer',
    description: 'Deliveries that waited meanwhile; at most 10,000 are counted',
    example: 12,
  })
  readonly held: number;

  @ApiProperty({
    type: MissingReplayAnswer,
    description:
      'Body for `POST /replays`, which sends what was published meanwhile: a disabled subscription gets no new events',
  })
  readonly replay: MissingReplayAnswer;

  @ApiProperty({
    description: 'What was held and what was missed',
    example:
      'It was disabled on 26 Jan at 12:00:00 UTC because all attempts had failed for days. 12 deliveries were held and are ' +
      'sent now, at first one at a time. Events that were published meanwhile did not reach it; POST /replays with the ' +
      'body in replay sends them.',
  })
  readonly summary: string;
}
