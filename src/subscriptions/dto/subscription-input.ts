import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn } from 'class-validator';
import { SIGNATURE_SCHEMES, type SignatureScheme } from '../../signing/index.js';
import { IsNested, ReadOnlyFields } from '../../shared/http/input-fields.js';
import { IsIntegerFrom, IsNumberFrom, IsText, MayBeAbsent, MayBeNull } from '../../shared/http/rules.js';
import { LIMITS } from '../../shared/limits.js';
import { EVENT_PATTERN_FORM } from '../domain/event-type-pattern.js';
import { AuthInput } from './auth.js';
import {
  IsEventTypeAlias,
  IsEventTypes,
  IsMetadata,
  IsOwnHeaders,
  IsScheme,
  IsSecret,
  IsShownHeaders,
  IsTarget,
} from './rules.js';

const EVENT_PATTERN = { type: 'string', maxLength: LIMITS.eventTypeLength, pattern: EVENT_PATTERN_FORM } as const;
/** The service also reads a string, which is not documented: clients would get a wrapper type for the union. */
const EVENT_TYPES = { type: 'array', items: EVENT_PATTERN, minItems: 1, maxItems: LIMITS.eventTypes } as const;
export const EXAMPLE_TARGET_URL = 'https://example.com/webhooks';
export const SECRET_SCHEMA = { minLength: LIMITS.secretMinLength, maxLength: LIMITS.secretMaxLength };
export const SCHEME_SCHEMA = { enum: SIGNATURE_SCHEMES, example: 'v1' };
/** The types of `@nestjs/swagger` lack this OpenAPI 3.1 keyword. */
const OWN_HEADER_NAMES = { propertyNames: { minLength: 1, maxLength: LIMITS.headerNameLength } };
const nullable = { nullable: true as const };
/** `disabled` is also accepted for a subscription that is disabled, so that it can be read and sent back. */
export const STATE_RULE = 'must be one of the following values: active, paused';

export class RetryInput {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: LIMITS.attempts,
    ...nullable,
    description: 'Maximum number of attempts, including the first',
  })
  @MayBeNull()
  @IsIntegerFrom(1, LIMITS.attempts)
  readonly max_attempts?: number | null;

  @ApiPropertyOptional({
    type: 'number',
    minimum: LIMITS.minIntervalSeconds,
    maximum: LIMITS.initialIntervalSeconds,
    ...nullable,
    description: 'Seconds before the second attempt',
  })
  @MayBeNull()
  @IsNumberFrom(LIMITS.minIntervalSeconds, LIMITS.initialIntervalSeconds)
  readonly initial_interval?: number | null;

  @ApiPropertyOptional({
    type: 'number',
    minimum: LIMITS.minIntervalSeconds,
    maximum: LIMITS.maxIntervalSeconds,
    ...nullable,
    description: 'Maximum seconds between two attempts',
  })
  @MayBeNull()
  @IsNumberFrom(LIMITS.minIntervalSeconds, LIMITS.maxIntervalSeconds)
  readonly max_interval?: number | null;
}

@ReadOnlyFields(
  'id',
  'disabled_reason',
  'disabled_at',
  'public_key',
  'created_at',
  'updated_at',
  'warnings',
  'health',
  'revival',
)
abstract class SubscriptionFields {
  @ApiPropertyOptional({
    ...EVENT_PATTERN,
    description:
      'One event type or pattern; alternative to `event_types`. Set only one of them, or both to the same types',
    example: 'order.created',
  })
  @IsEventTypeAlias()
  readonly event_type?: string | string[];

  @ApiPropertyOptional({
    ...SECRET_SCHEMA,
    description:
      'Secret that signs deliveries; generated if omitted. `whsec_` or `whsk_` followed by base64, or other text that resembles no key format',
  })
  @MayBeAbsent()
  @IsSecret()
  readonly secret?: string;

  @ApiPropertyOptional({
    ...SCHEME_SCHEMA,
    description: 'Scheme of the generated secret. If a secret is given, its prefix determines the scheme',
  })
  @MayBeAbsent()
  @IsScheme()
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
      `Custom headers sent with each delivery, at most ${LIMITS.ownHeaders}. Values are encrypted and shown as \`[redacted]\`, except ` +
      'those named in `shown_headers` and a few harmless ones such as `X-Team`. Send `[redacted]` to keep the stored value.',
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
      'Names of `headers` whose values are not secret. They are shown to everyone who may read the subscription. ' +
      'To show a hidden value, send it again.',
    example: ['X-Source'],
  })
  @MayBeAbsent()
  @IsShownHeaders()
  readonly shown_headers?: string[];

  @ApiPropertyOptional({
    type: AuthInput,
    ...nullable,
    description:
      'Sent to the target as `Authorization`. Encrypted, and shown as `[redacted]`; send that to keep the stored value.',
  })
  @MayBeNull()
  @IsNested(AuthInput)
  readonly auth?: AuthInput | null;

  @ApiPropertyOptional({
    enum: ['active', 'paused'],
    description:
      'A paused subscription holds its deliveries until it is active. Defaults to active for a new subscription; otherwise unchanged if omitted',
  })
  @MayBeAbsent()
  @IsIn(['active', 'paused', 'disabled'], { message: STATE_RULE })
  readonly state?: 'active' | 'paused' | 'disabled';

  @ApiPropertyOptional({ type: RetryInput, ...nullable })
  @MayBeNull()
  @IsNested(RetryInput)
  readonly retry?: RetryInput | null;

  @ApiPropertyOptional({
    type: 'number',
    minimum: LIMITS.minTimeoutSeconds,
    maximum: LIMITS.timeoutSeconds,
    ...nullable,
    description: 'Timeout of an attempt in seconds',
  })
  @MayBeNull()
  @IsNumberFrom(LIMITS.minTimeoutSeconds, LIMITS.timeoutSeconds)
  readonly timeout?: number | null;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: LIMITS.inFlight,
    ...nullable,
    description: 'Maximum concurrent requests per worker process',
  })
  @MayBeNull()
  @IsIntegerFrom(1, LIMITS.inFlight)
  readonly max_in_flight?: number | null;

  @ApiPropertyOptional({ description: 'Refuse unsigned requests to POST /ingest/{subscription_id}' })
  @MayBeAbsent()
  @IsBoolean()
  readonly verify_ingest?: boolean;

  @ApiPropertyOptional({
    type: 'object',
    maxProperties: LIMITS.metadataKeys,
    additionalProperties: true,
    description: `Your own data about the subscription, at most ${LIMITS.metadataBytes} bytes of JSON`,
    example: { customer: 'c_42' },
  })
  @MayBeAbsent()
  @IsMetadata()
  readonly metadata?: Record<string, unknown>;
}

const URL_SCHEMA = {
  description: 'URL that receives the deliveries: http or https, without user name or password, at a public address',
  format: 'uri',
  minLength: 1,
  maxLength: LIMITS.urlLength,
  example: EXAMPLE_TARGET_URL,
};

/** Body of POST and PUT: all fields that a client may set. */
export class SubscriptionInput extends SubscriptionFields {
  @ApiProperty(URL_SCHEMA)
  @IsTarget()
  readonly target_url: string;

  @ApiPropertyOptional({
    ...EVENT_TYPES,
    description:
      'Event types and patterns, such as `order.created`, `order.*` and `*`. Only `webhooks.*` and types below it ask for operational events',
    example: ['order.*', 'user.created'],
  })
  @IsEventTypes({ required: true })
  readonly event_types?: string | string[];
}

/** Body of PATCH: the fields to change. Null resets a field to the service's default. */
export class SubscriptionPatch extends SubscriptionFields {
  @ApiPropertyOptional(URL_SCHEMA)
  @MayBeAbsent()
  @IsTarget()
  readonly target_url?: string;

  @ApiPropertyOptional({ ...EVENT_TYPES, description: 'Event types and patterns', example: ['order.*'] })
  @IsEventTypes({ required: false })
  readonly event_types?: string | string[];
}
