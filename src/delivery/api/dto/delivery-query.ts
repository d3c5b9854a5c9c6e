import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { TENANT_IN_QUERY } from '../../../access/index.js';
import { IDEMPOTENCY_KEY_FORM, idempotencyKeyFault, TAG_FORM, TAG_HINT } from '../../../shared/labels.js';
import { IsListOf, IsStatusCodes, listSchemaOf, STATUS_CODES_SCHEMA } from '../../../shared/http/filter-rules.js';
import { IsForm, IsText, Rule } from '../../../shared/http/rules.js';
import { IsTime, TIME_INPUT } from '../../../shared/http/time-input.js';
import { TwoWayPageQuery } from '../../../shared/http/two-way-page.js';
import { LIMITS } from '../../../shared/limits.js';
import {
  EVENT_PATTERN_SCHEMA,
  IsEventPattern,
  IsTargetHost,
  TARGET_HOST_SCHEMA,
} from '../../../subscriptions/index.js';
import { ATTEMPT_ERROR_CODES, type AttemptErrorCode } from '../../domain/attempt-outcome.js';
import { DELIVERY_STATUSES } from '../../domain/delivery-state.js';

/** Filters of the list of one subscription's deliveries. All must hold. */
export class SubscriptionDeliveryQuery extends TwoWayPageQuery {
  @ApiPropertyOptional({
    description: `One status, or several separated by commas: ${DELIVERY_STATUSES.join(', ')}`,
    ...listSchemaOf(DELIVERY_STATUSES),
    example: 'failed,cancelled',
  })
  @IsOptional()
  @IsListOf(DELIVERY_STATUSES)
  readonly status?: string;

  @ApiPropertyOptional({ description: 'Status code of the last response, or a class of them', ...STATUS_CODES_SCHEMA })
  @IsOptional()
  @IsStatusCodes()
  readonly status_code?: string;

  @ApiPropertyOptional({ description: 'Code of the last error', enum: ATTEMPT_ERROR_CODES })
  @IsOptional()
  @IsIn(ATTEMPT_ERROR_CODES)
  readonly error_code?: AttemptErrorCode;

  @ApiPropertyOptional({ ...EVENT_PATTERN_SCHEMA, description: 'Event type, or a pattern such as `order.*`' })
  @IsOptional()
  @IsEventPattern()
  readonly event_type?: string;

  @ApiPropertyOptional({
    description: 'A tag that the event was published with',
    pattern: TAG_FORM.source,
    maxLength: LIMITS.tagLength,
    example: 'order-1234',
  })
  @IsOptional()
  @IsForm(TAG_FORM, TAG_HINT)
  readonly tag?: string;

  @ApiPropertyOptional({
    description: 'The Idempotency-Key that the event was published with',
    pattern: IDEMPOTENCY_KEY_FORM.source,
    maxLength: LIMITS.idempotencyKeyLength,
    example: 'order-1234-paid',
  })
  @IsOptional()
  @Rule('idempotencyKey', (value) => (typeof value === 'string' ? idempotencyKeyFault(value) : 'must be given once'))
  readonly idempotency_key?: string;

  @ApiPropertyOptional({ maxLength: LIMITS.idLength, example: 'evt_01k6zv1yqpe7rtqq6zjy200000' })
  @IsOptional()
  @IsText(LIMITS.idLength)
  readonly event_id?: string;

  @ApiPropertyOptional({
    description: 'Only deliveries that this replay made',
    maxLength: LIMITS.idLength,
    example: 'rpl_01k6zv1yqpe7rtqq6zjy2k3m4n',
  })
  @IsOptional()
  @IsText(LIMITS.idLength)
  readonly replay_id?: string;

  @ApiPropertyOptional({ ...TIME_INPUT, description: 'Only deliveries of events accepted at this time or later' })
  @IsOptional()
  @IsTime()
  readonly since?: string;

  @ApiPropertyOptional({ ...TIME_INPUT, description: 'Only deliveries of events accepted before this time' })
  @IsOptional()
  @IsTime()
  readonly until?: string;

  /** Read by the gate. */
  @ApiPropertyOptional(TENANT_IN_QUERY)
  @IsOptional()
  @IsText(LIMITS.tenantIdLength)
  readonly tenant_id?: string;
}

/** Filters of the list of all deliveries. */
export class DeliveryQuery extends SubscriptionDeliveryQuery {
  @ApiPropertyOptional({ maxLength: LIMITS.idLength, example: 'sub_01k6zv1yqpe7rtqq6zjy2k3m4n' })
  @IsOptional()
  @IsText(LIMITS.idLength)
  readonly subscription_id?: string;

  @ApiPropertyOptional({
    description: 'Host of the target URL today, without a port: a name or an address',
    ...TARGET_HOST_SCHEMA,
  })
  @IsOptional()
  @IsTargetHost()
  readonly target_host?: string;
}

/** Filters of the list of events. Those on deliveries are met if one delivery of the event meets all of them. */
export class EventQuery extends DeliveryQuery {
  @ApiPropertyOptional({ description: '`0`: only events that reached nobody', enum: ['0'] })
  @IsOptional()
  @IsIn(['0'])
  readonly deliveries?: '0';
}
