import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  IsBoolean,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsNumber,
  IsObject,
  IsString,
  Length,
  Max,
  MaxLength,
  Min,
  ValidateBy,
  ValidateNested,
} from 'class-validator';
import { isSecretWellFormed } from '../../shared/crypto/signing-key.js';
import {
  IsEventTypeAlias,
  IsEventTypes,
  IsMetadata,
  IsOwnHeaders,
  MAX_EVENT_TYPES,
  MAX_URL_LENGTH,
  MayBeAbsent,
  MayBeNull,
} from './rules.js';

const EVENT_TYPES_SCHEMA = {
  oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: MAX_EVENT_TYPES }],
};
const nullable = { nullable: true as const };

export class RetryInput {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 100, ...nullable, description: 'Attempts in all' })
  @MayBeNull()
  @IsInt()
  @Min(1)
  @Max(100)
  readonly max_attempts?: number | null;

  @ApiPropertyOptional({
    type: 'number',
    minimum: 0.01,
    maximum: 86_400,
    ...nullable,
    description: 'Seconds before the second attempt',
  })
  @MayBeNull()
  @IsNumber()
  @Min(0.01)
  @Max(86_400)
  readonly initial_interval?: number | null;

  @ApiPropertyOptional({
    type: 'number',
    minimum: 0.01,
    maximum: 604_800,
    ...nullable,
    description: 'Longest wait in seconds',
  })
  @MayBeNull()
  @IsNumber()
  @Min(0.01)
  @Max(604_800)
  readonly max_interval?: number | null;
}

abstract class SubscriptionFields {
  @ApiPropertyOptional({
    ...EVENT_TYPES_SCHEMA,
    description: 'The event types, when there is one; give this or `event_types`',
    example: 'order.created',
  })
  @IsEventTypeAlias()
  readonly event_type?: string | string[];

  @ApiPropertyOptional({ minLength: 8, maxLength: 256, description: 'Signs the deliveries; made when absent' })
  @MayBeAbsent()
  @IsString()
  @Length(8, 256)
  @ValidateBy({
    name: 'secret',
    validator: {
      validate: (value) => typeof value !== 'string' || isSecretWellFormed(value),
      defaultMessage: () => 'must have base64 after whsec_',
    },
  })
  readonly secret?: string;

  @ApiPropertyOptional({ type: String, maxLength: 500, ...nullable })
  @MayBeNull()
  @IsString()
  @MaxLength(500)
  readonly description?: string | null;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'Headers of your own to send along, at most 20',
    example: { 'X-Team': 'billing' },
  })
  @MayBeAbsent()
  @IsOwnHeaders()
  readonly headers?: Record<string, string>;

  @ApiPropertyOptional({
    enum: ['active', 'paused'],
    description: 'A paused one keeps its deliveries until it is active',
  })
  @MayBeAbsent()
  @IsIn(['active', 'paused'])
  readonly state?: 'active' | 'paused';

  @ApiPropertyOptional({ type: RetryInput, ...nullable })
  @MayBeNull()
  @IsObject()
  @ValidateNested()
  @Type(() => RetryInput)
  readonly retry?: RetryInput | null;

  @ApiPropertyOptional({
    type: 'number',
    minimum: 0.05,
    maximum: 120,
    ...nullable,
    description: 'Seconds an attempt may take',
  })
  @MayBeNull()
  @IsNumber()
  @Min(0.05)
  @Max(120)
  readonly timeout?: number | null;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: 1000,
    ...nullable,
    description: 'Requests at once, for each worker process',
  })
  @MayBeNull()
  @IsInt()
  @Min(1)
  @Max(1000)
  readonly max_in_flight?: number | null;

  @ApiPropertyOptional({ description: 'Refuse unsigned requests to POST /ingest/{subscription_id}' })
  @MayBeAbsent()
  @IsBoolean()
  readonly verify_ingest?: boolean;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    description: 'Notes of your own, at most 4096 bytes of JSON',
    example: { customer: 'c_42' },
  })
  @MayBeAbsent()
  @IsMetadata()
  readonly metadata?: Record<string, unknown>;
}

const URL_SCHEMA = {
  description: 'Where deliveries go: http or https, no user name or password, a public address',
  format: 'uri',
  maxLength: MAX_URL_LENGTH,
  example: 'https://example.com/webhooks',
};

/** Body of POST and PUT: the whole of what a client may set. */
export class SubscriptionInput extends SubscriptionFields {
  @ApiProperty(URL_SCHEMA)
  @IsString()
  @IsNotEmpty()
  @MaxLength(MAX_URL_LENGTH)
  readonly target_url: string;

  @ApiPropertyOptional({
    ...EVENT_TYPES_SCHEMA,
    description: 'Event types and patterns',
    example: ['order.*', 'user.created'],
  })
  @IsEventTypes({ required: true })
  readonly event_types?: string | string[];
}

/** Body of PATCH: what is to change. Null sets a field back to the default of the service. */
export class SubscriptionPatch extends SubscriptionFields {
  @ApiPropertyOptional(URL_SCHEMA)
  @MayBeAbsent()
  @IsString()
  @IsNotEmpty()
  @MaxLength(MAX_URL_LENGTH)
  readonly target_url?: string;

  @ApiPropertyOptional({ ...EVENT_TYPES_SCHEMA, description: 'Event types and patterns', example: ['order.*'] })
  @IsEventTypes({ required: false })
  readonly event_types?: string | string[];
}
