import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { DeliveryErrorAnswer } from '../../delivery/index.js';
import { CHECK_NAMES, type CheckName, type Result, RESULTS } from '../domain/check.js';
import type { Verdict } from '../domain/report.js';
import { type Purpose, PURPOSES } from '../domain/series.js';

const VERDICTS: readonly Verdict[] = ['ok', 'warning', 'failed'];

export class CheckEvidenceAnswer {
  @ApiPropertyOptional({
    type: 'array',
    items: { type: 'integer' },
    description: 'Numbers of the requests',
    example: [3],
  })
  readonly requests?: readonly number[];

  @ApiPropertyOptional({
    type: 'array',
    items: { type: 'integer', nullable: true },
    description: 'Statuses of their responses; null without one',
    example: [401],
  })
  readonly status_codes?: readonly (number | null)[];

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    description: 'Where a redirect pointed to: origin and path; null if that is no HTTP URL',
    example: 'https://www.example.com/webhooks',
  })
  readonly redirects_to?: string | null;

  @ApiPropertyOptional({ example: 'TLSv1.3' })
  readonly tls_protocol?: string;

  @ApiPropertyOptional({ format: 'date-time', example: '2027-01-31T12:00:00.000Z' })
  readonly certificate_expires_at?: string;

  @ApiPropertyOptional({ type: 'integer', description: 'Median time of an answer, without connecting', example: 37 })
  readonly median_ms?: number;

  @ApiPropertyOptional({ type: 'integer', description: 'Time to make a connection', example: 52 })
  readonly set_up_ms?: number;

  @ApiPropertyOptional({ type: 'integer', description: '`timeout` of the subscription', example: 15_000 })
  readonly timeout_ms?: number;

  @ApiPropertyOptional({
    type: 'integer',
    description: 'Size of the largest response body, as far as read',
    example: 9,
  })
  readonly largest_bytes?: number;
}

export class CheckAnswer {
  @ApiProperty({ enum: CHECK_NAMES, description: 'New checks may be added', example: 'tampered_body' })
  readonly name: CheckName;

  @ApiProperty({
    enum: RESULTS,
    description: '`skipped`: an earlier fault keeps this check from saying anything',
    example: 'ok',
  })
  readonly result: Result;

  @ApiProperty({
    description: 'What was found, and what the receiver should do',
    example: 'The receiver refused a request whose body was changed after signing (401).',
  })
  readonly sentence: string;

  @ApiProperty({ type: CheckEvidenceAnswer, description: 'What that is based on' })
  readonly evidence: CheckEvidenceAnswer;
}

/** A request of a check, and what came of it. */
export class CheckRequestAnswer {
  @ApiProperty({ type: 'integer', description: 'From 1, in the order of sending', example: 1 })
  readonly number: number;

  @ApiProperty({
    enum: PURPOSES,
    description:
      '`good`: signed like a delivery; `repeat`: with the `webhook-id` of the first; `tampered`: its body was changed after ' +
      'signing; `old`: signed ten minutes ago',
    example: 'good',
  })
  readonly purpose: Purpose;

  @ApiProperty({ description: 'Names no event', example: 'evt_01k6zv1yqpe7rtqq6zjy200000' })
  readonly webhook_id: string;

  @ApiProperty({ format: 'date-time', example: '2026-01-31T12:00:00.000Z' })
  readonly sent_at: string;

  @ApiProperty({ type: 'integer', description: 'Without the time to make a connection', example: 37 })
  readonly duration_ms: number;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Time to make a connection; null if there was one already, or none could be made',
    example: 52,
  })
  readonly set_up_ms: number | null;

  @ApiProperty({ type: 'integer', nullable: true, description: 'Null if there was no response', example: 200 })
  readonly status_code: number | null;

  @ApiProperty({ type: DeliveryErrorAnswer, nullable: true, description: 'Null after a 2xx response', example: null })
  readonly error: DeliveryErrorAnswer | null;

  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' }, example: { 'content-type': 'text/plain' } })
  readonly response_headers: Record<string, string>;

  @ApiProperty({ description: 'First 4 KB of the response body', example: 'thank you' })
  readonly response_body: string;
}

export class ReceiverCheckAnswer {
  @ApiProperty({ example: 'sub_01k6zv1yqpe7rtqq6zjy2k3m4n' })
  readonly subscription_id: string;

  @ApiProperty({ example: 'https://example.com/webhooks' })
  readonly target_url: string;

  @ApiProperty({ format: 'date-time', example: '2026-01-31T12:00:00.000Z' })
  readonly started_at: string;

  @ApiProperty({ type: 'integer', example: 412 })
  readonly duration_ms: number;

  @ApiProperty({ enum: VERDICTS, description: 'The worst result of the checks', example: 'ok' })
  readonly verdict: Verdict;

  @ApiProperty({ example: 'Deliveries arrive, and nothing is wrong with the receiver.' })
  readonly summary: string;

  @ApiProperty({ type: [CheckAnswer] })
  readonly checks: CheckAnswer[];

  @ApiProperty({ type: [CheckRequestAnswer], description: 'In the order of sending' })
  readonly requests: CheckRequestAnswer[];
}
