import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { ReadAs } from '../../shared/http/input-fields.js';
import { IsForm, IsIntegerFrom, IsText, Rule } from '../../shared/http/rules.js';
import { LIMITS } from '../../shared/limits.js';
import { EVENT_PATTERN_FORM, EVENT_TYPE_HINT, isEventTypePattern } from '../../subscriptions/index.js';
import { STREAM_STATUSES, type StreamStatus } from './stream-messages.js';

const MIN_STATUS_CODE = 100;
const MAX_STATUS_CODE = 599;
const ERROR_CODE = /^[a-z][a-z_]{0,39}$/;

const IsEventTypeOrPattern = (): PropertyDecorator =>
  Rule('eventTypeOrPattern', (value) =>
    typeof value === 'string' && isEventTypePattern(value)
      ? null
      : `must be ${EVENT_TYPE_HINT}, or a pattern such as order.*`,
  );

/** Filters of the live view. A message that lacks the field of a filter does not match it. */
export class StreamQuery {
  @ApiPropertyOptional({
    maxLength: LIMITS.idLength,
    description: 'Only messages about deliveries of this subscription',
    example: 'sub_01k6zv1yqpe7rtqq6zjy2k3m4n',
  })
  @IsOptional()
  @IsText(LIMITS.idLength)
  readonly subscription_id?: string;

  @ApiPropertyOptional({
    maxLength: LIMITS.eventTypeLength,
    pattern: EVENT_PATTERN_FORM,
    description: 'An event type, or a pattern such as `order.*`',
    example: 'order.*',
  })
  @IsOptional()
  @IsEventTypeOrPattern()
  readonly event_type?: string;

  @ApiPropertyOptional({ enum: STREAM_STATUSES, description: 'Only messages after which a delivery has this status' })
  @IsOptional()
  @IsIn(STREAM_STATUSES)
  readonly status?: StreamStatus;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: MIN_STATUS_CODE,
    maximum: MAX_STATUS_CODE,
    description: 'Only attempts with this response status',
  })
  @IsOptional()
  @ReadAs((value) => (typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : value))
  @IsIntegerFrom(MIN_STATUS_CODE, MAX_STATUS_CODE)
  readonly status_code?: number;

  @ApiPropertyOptional({
    pattern: ERROR_CODE.source,
    maxLength: 40,
    description: 'Only messages with this error code, such as `timeout`',
  })
  @IsOptional()
  @IsForm(ERROR_CODE, 'an error code such as timeout: lower-case letters and "_", at most 40 characters')
  readonly error_code?: string;
}
