import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { AttemptAnswer, DELIVERY_STATUSES, type DeliveryStatus } from '../../delivery/index.js';
import { ANYTHING } from '../../shared/http/any-type.js';
import { MayBeAbsent, Rule } from '../../shared/http/rules.js';
import { EVENT_TYPE_SCHEMA, IsEventType } from '../../subscriptions/index.js';
import { PublishedAnswer } from './accepted-answers.js';

/** Type of a test event that names none. */
export const TEST_EVENT_TYPE = 'webhook.test';

/** What a test event is to be. */
export class TestEventInput {
  @ApiPropertyOptional({
    ...EVENT_TYPE_SCHEMA,
    default: TEST_EVENT_TYPE,
    description: 'Type of the event. The subscription need not want it; `warnings` says so if it does not',
  })
  @MayBeAbsent()
  @IsEventType()
  readonly event_type?: string;

  @ApiPropertyOptional({
    ...ANYTHING,
    description: 'Payload of the event, any JSON value; delivered byte for byte. Defaults to an example',
    example: { order: 42 },
  })
  @Rule('json', () => null)
  readonly payload?: unknown;
}

export class TestEventQuery {
  @ApiPropertyOptional({
    type: 'boolean',
    default: true,
    description: 'Whether to wait for the outcome of the first attempt',
  })
  @IsOptional()
  @IsIn(['true', 'false'])
  readonly wait?: 'true' | 'false';
}

/** The outcome of the first attempt. */
export class TestedAnswer extends PublishedAnswer {
  @ApiProperty({ enum: DELIVERY_STATUSES, description: 'Status of the delivery', example: 'delivered' })
  readonly status: DeliveryStatus;

  @ApiProperty({ type: AttemptAnswer, description: 'The first attempt' })
  readonly attempt: AttemptAnswer;
}

/** An event whose first attempt is not known yet. */
export class UntestedAnswer extends PublishedAnswer {
  @ApiPropertyOptional({
    enum: DELIVERY_STATUSES,
    description: 'Status of the delivery; absent if it was not looked up',
    example: 'pending',
  })
  readonly status?: DeliveryStatus;
}
