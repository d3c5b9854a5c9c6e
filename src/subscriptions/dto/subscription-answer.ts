import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { SIGNATURE_SCHEMES, type SignatureScheme } from '../../signing/index.js';
import { pageOf } from '../../shared/http/page.js';
import { REDACTED } from '../domain/own-headers.js';
import { AuthAnswer } from './auth.js';

export class RetryAnswer {
  @ApiProperty({ type: 'integer', description: 'Attempts in all', example: 5 })
  readonly max_attempts: number;

  @ApiProperty({ description: 'Seconds before the second attempt; doubles with each further one', example: 10 })
  readonly initial_interval: number;

  @ApiProperty({ description: 'Longest wait in seconds', example: 3600 })
  readonly max_interval: number;
}

/** A subscription as it is in force: what it leaves to the service is filled in. */
export class SubscriptionAnswer {
  @ApiProperty({ example: 'sub_01k6zv1yqpe7rtqq6zjy2k3m4n' })
  readonly id: string;

  @ApiProperty({ example: 'https://example.com/webhooks' })
  readonly target_url: string;

  @ApiPropertyOptional({ description: 'When there is exactly one', example: 'order.created' })
  readonly event_type?: string;

  @ApiProperty({ type: [String], example: ['order.created'] })
  readonly event_types: string[];

  @ApiProperty({ enum: ['active', 'paused', 'disabled'], example: 'active' })
  readonly state: string;

  @ApiProperty({ type: String, nullable: true, description: 'Why the service disabled it', example: null })
  readonly disabled_reason: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'Billing' })
  readonly description: string | null;

  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' }, example: { 'X-Api-Key': REDACTED } })
  readonly headers: Record<string, string>;

  @ApiProperty({ type: [String], description: 'Headers that were named harmless', example: [] })
  readonly shown_headers: string[];

  @ApiProperty({ type: AuthAnswer, nullable: true })
  readonly auth: AuthAnswer | null;

  @ApiProperty({
    enum: SIGNATURE_SCHEMES,
    description: 'HMAC-SHA256 or Ed25519, as Standard Webhooks names them',
    example: 'v1',
  })
  readonly signature_scheme: SignatureScheme;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'What receivers verify with, where the scheme is v1a',
    example: null,
  })
  readonly public_key: string | null;

  @ApiProperty({ type: RetryAnswer })
  readonly retry: RetryAnswer;

  @ApiProperty({ description: 'Seconds an attempt may take', example: 15 })
  readonly timeout: number;

  @ApiProperty({ type: 'integer', description: 'Requests at once, for each worker process', example: 32 })
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

/** A subscription when it is new. */
export class CreatedSubscriptionAnswer extends SubscriptionAnswer {
  @ApiProperty({
    description: 'Shown here, and by GET /subscriptions/{id}/secret',
    example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  })
  readonly secret: string;
}

export const SubscriptionPage = pageOf(SubscriptionAnswer, 'SubscriptionPage');
