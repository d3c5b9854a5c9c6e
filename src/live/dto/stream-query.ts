import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { TENANT_IN_QUERY } from '../../access/index.js';
import { ATTEMPT_ERROR_CODES, type AttemptErrorCode } from '../../shared/domain/error-codes.js';
import { IsListOf, IsStatusCodes, listSchemaOf, STATUS_CODES_SCHEMA } from '../../shared/http/filter-rules.js';
import { IsForm, IsText } from '../../shared/http/rules.js';
import { TAG_FORM, TAG_HINT } from '../../shared/labels.js';
import { LIMITS } from '../../shared/limits.js';
import { EVENT_PATTERN_SCHEMA, IsEventPattern, IsTargetHost, TARGET_HOST_SCHEMA } from '../../subscriptions/index.js';
import { STREAM_STATUSES } from './stream-messages.js';

/** Filters of the live view. All must hold. A message that lacks the field of a filter does not match it. */
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
    maxLength: LIMITS.idLength,
    description: 'Only messages about this event and its deliveries',
    example: 'evt_01k6zv1yqpe7rtqq6zjy200000',
  })
  @IsOptional()
  @IsText(LIMITS.idLength)
  readonly event_id?: string;

  @ApiPropertyOptional({ ...EVENT_PATTERN_SCHEMA, description: 'Event type, or a pattern such as `order.*`' })
  @IsOptional()
  @IsEventPattern()
  readonly event_type?: string;

  @ApiPropertyOptional({
    description:
      'Only messages after which a delivery has this status, or one of several separated by commas: ' +
      STREAM_STATUSES.join(', '),
    ...listSchemaOf(STREAM_STATUSES),
    example: 'retrying,failed',
  })
  @IsOptional()
  @IsListOf(STREAM_STATUSES)
  readonly status?: string;

  @ApiPropertyOptional({
    description: 'Only attempts with this response status, or of this class',
    ...STATUS_CODES_SCHEMA,
  })
  @IsOptional()
  @IsStatusCodes()
  readonly status_code?: string;

  @ApiPropertyOptional({ description: 'Only messages with this error', enum: ATTEMPT_ERROR_CODES })
  @IsOptional()
  @IsIn(ATTEMPT_ERROR_CODES)
  readonly error_code?: AttemptErrorCode;

  @ApiPropertyOptional({
    description: 'Only messages about events that were published with this tag',
    pattern: TAG_FORM.source,
    maxLength: LIMITS.tagLength,
    example: 'order-1234',
  })
  @IsOptional()
  @IsForm(TAG_FORM, TAG_HINT)
  readonly tag?: string;

  @ApiPropertyOptional({
    description: 'Only messages about deliveries to this host, without a port: a name or an address',
    ...TARGET_HOST_SCHEMA,
  })
  @IsOptional()
  @IsTargetHost()
  readonly target_host?: string;

  /** Read by the gate. */
  @ApiPropertyOptional(TENANT_IN_QUERY)
  @IsOptional()
  @IsText(LIMITS.tenantIdLength)
  readonly tenant_id?: string;
}
