import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsInt, IsNumber, Max, Min } from 'class-validator';
import { SIGNATURE_SCHEMES, type SignatureScheme } from '../../signing/index.js';
import { IsNested } from '../../shared/http/input-fields.js';
import { IsText, MayBeAbsent, MayBeNull } from '../../shared/http/rules.js';
import { LIMITS } from '../../shared/limits.js';
import { EVENT_PATTERN_FORM } from '../domain/event-type-pattern.js';
import { AuthInput } from './auth.js';
import {
  IsEventTypeAlias,
  IsEventTypes,
  IsMetadata,
  IsOwnHeaders,
  IsSecret,
  IsShownHeaders,
  IsTarget,
} from './rules.js';

const EVENT_PATTERN = { type: 'string', maxLength: LIMITS.eventTypeLength, pattern: EVENT_PATTERN_FORM };
const EVENT_TYPES_SCHEMA = {
  oneOf: [EVENT_PATTERN, { type: 'array', items: EVENT_PATTERN, minItems: 1, maxItems: LIMITS.eventTypes }],
};
export const SECRET_SCHEMA = { minLength: LIMITS.secretMinLength, maxLength: LIMITS.secretMaxLength };
export const SCHEME_SCHEMA = { enum: SIGNATURE_SCHEMES, example: 'v1' };
/** The types of the generator do not know this keyword of OpenAPI 3.1. */
const OWN_HEADER_NAMES = { propertyNames: { minLength: 1, maxLength: LIMITS.headerNameLength } };
const nullable = { nullable: true as const };

export class RetryInput {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: LIMITS.attempts,
    ...nullable,
    description: 'Attempts in all',
  })
  @MayBeNull()
  @IsInt()
  @Min(1)
  @Max(LIMITS.attempts)
  readonly max_attempts?: number | null;

  @ApiPropertyOptional({
    type: 'number',
    minimum: LIMITS.minIntervalSeconds,
    maximum: LIMITS.initialIntervalSeconds,
    ...nullable,
    description: 'Seconds before the second attempt',
  })
  @MayBeNull()
  @IsNumber()
  @Min(LIMITS.minIntervalSeconds)
  @Max(LIMITS.initialIntervalSeconds)
  readonly initial_interval?: number | null;

  @ApiPropertyOptional({
    type: 'number',
    minimum: LIMITS.minIntervalSeconds,
    maximum: LIMITS.maxIntervalSeconds,
    ...nullable,
    description: 'Longest wait in seconds',
  })
  @MayBeNull()
  @IsNumber()
  @Min(LIMITS.minIntervalSeconds)
  @Max(LIMITS.maxIntervalSeconds)
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

  @ApiPropertyOptional({
    ...SECRET_SCHEMA,
    description:
      'Signs the deliveries; made when absent. `whsec_` or `whsk_` and base64, or any text that does not look like one of them',
  })
  @MayBeAbsent()
  @IsSecret()
  readonly secret?: string;

  @ApiPropertyOptional({
    ...SCHEME_SCHEMA,
    description: 'Which kind of secret is made; a given one tells by its prefix',
  })
  @MayBeAbsent()
  @IsIn(SIGNATURE_SCHEMES)
  readonly signature_scheme?: SignatureScheme;

  @ApiPropertyOptional({ type: String, maxLength: LIMITS.descriptionLength, ...nullable })
  @MayBeNull()
  @IsText(LIMITS.descriptionLength)
  readonly description?: string | null;

  @ApiPropertyOptional({
    type: 'object',
    maxProperties: LIMITS.ownHeaders,
    ...OWN_HEADER_NAMES,
    additionalProperties: { type: 'string', minLength: 1, maxLength: LIMITS.headerValueLength },
    description:
      `Headers of your own to send along, at most ${LIMITS.ownHeaders}. They are encrypted and shown as \`[redacted]\`, except ` +
      'those in `shown_headers` and a few harmless ones such as `X-Team`. Sent back as `[redacted]`, they stay as they are.',
    example: { 'X-Team': 'billing' },
  })
  @MayBeAbsent()
  @IsOwnHeaders()
  readonly headers?: Record<string, string>;

  @ApiPropertyOptional({
    type: 'array',
    items: { type: 'string', minLength: 1, maxLength: LIMITS.headerNameLength },
    maxItems: LIMITS.ownHeaders,
    description:
      'Names of `headers` whose values are no secret: they are shown to all who may read the subscription. ' +
      'A value that is hidden must be given again to be shown.',
    example: ['X-Source'],
  })
  @MayBeAbsent()
  @IsShownHeaders()
  readonly shown_headers?: string[];

  @ApiPropertyOptional({
    type: AuthInput,
    ...nullable,
    description: 'Sent to the target as `Authorization`. Encrypted, and shown as `[redacted]`, which keeps it.',
  })
  @MayBeNull()
  @IsNested(AuthInput)
  readonly auth?: AuthInput | null;

  @ApiPropertyOptional({
    enum: ['active', 'paused'],
    description: 'A paused one keeps its deliveries until it is active. A new one is active, others stay as they are',
  })
  @MayBeAbsent()
  @IsIn(['active', 'paused'])
  readonly state?: 'active' | 'paused';

  @ApiPropertyOptional({ type: RetryInput, ...nullable })
  @MayBeNull()
  @IsNested(RetryInput)
  readonly retry?: RetryInput | null;

  @ApiPropertyOptional({
    type: 'number',
    minimum: LIMITS.minTimeoutSeconds,
    maximum: LIMITS.timeoutSeconds,
    ...nullable,
    description: 'Seconds an attempt may take',
  })
  @MayBeNull()
  @IsNumber()
  @Min(LIMITS.minTimeoutSeconds)
  @Max(LIMITS.timeoutSeconds)
  readonly timeout?: number | null;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: LIMITS.inFlight,
    ...nullable,
    description: 'Requests at once, for each worker process',
  })
  @MayBeNull()
  @IsInt()
  @Min(1)
  @Max(LIMITS.inFlight)
  readonly max_in_flight?: number | null;

  @ApiPropertyOptional({ description: 'Refuse unsigned requests to POST /ingest/{subscription_id}' })
  @MayBeAbsent()
  @IsBoolean()
  readonly verify_ingest?: boolean;

  @ApiPropertyOptional({
    type: 'object',
    maxProperties: LIMITS.metadataKeys,
    additionalProperties: true,
    description: `Notes of your own, at most ${LIMITS.metadataBytes} bytes of JSON`,
    example: { customer: 'c_42' },
  })
  @MayBeAbsent()
  @IsMetadata()
  readonly metadata?: Record<string, unknown>;
}

const URL_SCHEMA = {
  description: 'Where deliveries go: http or https, no user name or password, a public address',
  format: 'uri',
  minLength: 1,
  maxLength: LIMITS.urlLength,
  example: 'https://example.com/webhooks',
};

/** Body of POST and PUT: the whole of what a client may set. */
export class SubscriptionInput extends SubscriptionFields {
  @ApiProperty(URL_SCHEMA)
  @IsTarget()
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
  @IsTarget()
  readonly target_url?: string;

  @ApiPropertyOptional({ ...EVENT_TYPES_SCHEMA, description: 'Event types and patterns', example: ['order.*'] })
  @IsEventTypes({ required: false })
  readonly event_types?: string | string[];
}
