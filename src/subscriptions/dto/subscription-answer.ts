import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { SIGNATURE_SCHEMES, type SignatureScheme } from '../../signing/index.js';
import { pageOf } from '../../shared/http/page.js';
import { ApiWarnings, type WarningAnswer } from '../../shared/http/warning.js';
import { REDACTED } from '../domain/own-headers.js';
import { AuthAnswer } from './auth.js';
import { DetailedSubscriptionHealthAnswer, SubscriptionHealthAnswer } from './subscription-health.js';
import { RevivalAnswer } from './revival.js';

export const SECRET_WARNINGS =
  'What works but may surprise, such as a secret that Standard Webhooks libraries cannot use';

export class RetryAnswer {
  @ApiProperty({ type: 'integer', description: 'Maximum number of attempts, including the first', example: 5 })
  readonly max_attempts: number;

  @ApiProperty({ description: 'Seconds before the second attempt; doubles with each further attempt', example: 10 })
  readonly initial_interval: number;

  @ApiProperty({ description: 'Maximum seconds between two attempts', example: 3600 })
  readonly max_interval: number;
}

/** A subscription with the service's defaults filled in. */
export class SubscriptionAnswer {
  @ApiProperty({ example: 'sub_01k6zv1yqpe7rtqq6zjy2k3m4n' })
  readonly id: string;

  @ApiProperty({ example: 'https://example.com/webhooks' })
  readonly target_url: string;

  @ApiPropertyOptional({ description: 'Present only if there is exactly one event type', example: 'order.created' })
  readonly event_type?: string;

  @ApiProperty({ type: [String], example: ['order.created'] })
  readonly event_types: string[];

  @ApiProperty({ enum: ['active', 'paused', 'disabled'], example: 'active' })
  readonly state: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description:
      'Reason why the service disabled the subscription: `gone` if its receiver answered 410, `failing` if all attempts had failed for days',
    example: null,
  })
  readonly disabled_reason: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When the service disabled the subscription',
    example: null,
  })
  readonly disabled_at: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'Billing' })
  readonly description: string | null;

  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' }, example: { 'X-Api-Key': REDACTED } })
  readonly headers: Record<string, string>;

  @ApiProperty({ type: [String], description: 'Names of the headers whose values are shown', example: [] })
  readonly shown_headers: string[];

  @ApiProperty({ type: AuthAnswer, nullable: true, example: null })
  readonly auth: AuthAnswer | null;

  @ApiProperty({
    enum: SIGNATURE_SCHEMES,
    description: 'Signature scheme of Standard Webhooks: `v1` is HMAC-SHA256, `v1a` is Ed25519',
    example: 'v1',
  })
  readonly signature_scheme: SignatureScheme;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Public key with which receivers verify; only for scheme v1a',
    example: null,
  })
  readonly public_key: string | null;

  @ApiProperty({ type: RetryAnswer })
  readonly retry: RetryAnswer;

  @ApiProperty({ description: 'Timeout of an attempt in seconds', example: 15 })
  readonly timeout: number;

  @ApiProperty({ type: 'integer', description: 'Maximum concurrent requests per worker process', example: 32 })
  readonly max_in_flight: number;

  @ApiProperty({ example: false })
  readonly verify_ingest: boolean;

  @ApiProperty({ type: 'object', additionalProperties: true, example: {} })
  readonly metadata: Record<string, unknown>;

  @ApiProperty({ format: 'date-time', example: '2026-01-31T12:00:00.000Z' })
  readonly created_at: string;

  @ApiProperty({ format: 'date-time', example: '2026-01-31T12:00:00.000Z' })
  readonly updated_at: string;
}

/** A subscription with its health. */
export class SubscriptionWithHealthAnswer extends SubscriptionAnswer {
  @ApiProperty({ type: DetailedSubscriptionHealthAnswer })
  readonly health: DetailedSubscriptionHealthAnswer;
}

/** A subscription in a list. */
export class ListedSubscriptionAnswer extends SubscriptionAnswer {
  @ApiProperty({ type: SubscriptionHealthAnswer })
  readonly health: SubscriptionHealthAnswer;
}

/** A subscription after a change. */
export class ChangedSubscriptionAnswer extends SubscriptionAnswer {
  @ApiWarnings(SECRET_WARNINGS)
  readonly warnings?: readonly WarningAnswer[];

  @ApiPropertyOptional({
    type: RevivalAnswer,
    description: 'What happened while the subscription was disabled; present if this change ended that',
  })
  readonly revival?: RevivalAnswer;
}

/** A subscription that was just created. */
export class CreatedSubscriptionAnswer extends ChangedSubscriptionAnswer {
  @ApiProperty({
    description: 'The signing secret. Later available from GET /subscriptions/{id}/secret',
    example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  })
  readonly secret: string;
}

export const SubscriptionPage = pageOf(ListedSubscriptionAnswer, 'SubscriptionPage');
