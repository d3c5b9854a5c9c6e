import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsNested, ReadOnlyFields } from '../../shared/http/input-fields.js';
import { PageQuery, pageOf } from '../../shared/http/page.js';
import { IsIntegerFrom, IsText, MayBeAbsent, MayBeNull } from '../../shared/http/rules.js';
import { LIMITS } from '../../shared/limits.js';
import { IsTenantId, TENANT_ID_SCHEMA } from './keys.js';
import { IsOrigins } from './portal-rules.js';

const nullable = { nullable: true as const };
const perSecond = { type: 'integer', minimum: 1, maximum: LIMITS.eventsPerSecond } as const;

export class TenantLimitsInput {
  @ApiPropertyOptional({
    ...perSecond,
    ...nullable,
    description: 'Maximum events published per second, across all processes',
  })
  @MayBeNull()
  @IsIntegerFrom(1, LIMITS.eventsPerSecond)
  readonly events_per_second?: number | null;

  @ApiPropertyOptional({
    ...perSecond,
    ...nullable,
    description: 'Maximum events published at once; defaults to events_per_second',
  })
  @MayBeNull()
  @IsIntegerFrom(1, LIMITS.eventsPerSecond)
  readonly burst?: number | null;

  @ApiPropertyOptional({ type: 'integer', minimum: 0, maximum: LIMITS.subscriptions, ...nullable })
  @MayBeNull()
  @IsIntegerFrom(0, LIMITS.subscriptions)
  readonly subscriptions?: number | null;
}

/** The fields to change. Null resets a limit to the service's default. */
@ReadOnlyFields('id', 'created_at', 'updated_at')
export class TenantPatch {
  @ApiPropertyOptional({ type: String, maxLength: LIMITS.nameLength, ...nullable, example: 'Acme Inc.' })
  @MayBeNull()
  @IsText(LIMITS.nameLength)
  readonly name?: string | null;

  @ApiPropertyOptional({ type: TenantLimitsInput })
  @MayBeAbsent()
  @IsNested(TenantLimitsInput)
  readonly limits?: TenantLimitsInput;

  @ApiPropertyOptional({
    type: 'array',
    items: { type: 'string', maxLength: LIMITS.urlLength },
    maxItems: LIMITS.frameAncestors,
    ...nullable,
    description:
      'Origins whose pages may show the portal in a frame (`frame-ancestors`): https, or http on this machine. None ' +
      'unless set; null and an empty list mean none',
    example: ['https://app.example.com'],
  })
  @MayBeNull()
  @IsOrigins()
  readonly frame_ancestors?: string[] | null;
}

@ReadOnlyFields('created_at', 'updated_at')
export class TenantInput extends TenantPatch {
  @ApiProperty({ ...TENANT_ID_SCHEMA, description: 'Chosen by you; it cannot be changed later' })
  @IsTenantId()
  readonly id: string;
}

/** The limits in force, with the service's defaults filled in. */
export class TenantLimitsAnswer {
  @ApiProperty({ type: 'integer', ...nullable, description: 'Null if there is no limit', example: 100 })
  readonly events_per_second: number | null;

  @ApiProperty({ type: 'integer', ...nullable, example: 100 })
  readonly burst: number | null;

  @ApiProperty({ type: 'integer', example: 100_000 })
  readonly subscriptions: number;
}

export class TenantAnswer {
  @ApiProperty({ example: 'acme' })
  readonly id: string;

  @ApiProperty({ type: String, ...nullable, example: 'Acme Inc.' })
  readonly name: string | null;

  @ApiProperty({ type: TenantLimitsAnswer })
  readonly limits: TenantLimitsAnswer;

  @ApiProperty({
    type: [String],
    description: 'Origins whose pages may show the portal in a frame',
    example: ['https://app.example.com'],
  })
  readonly frame_ancestors: readonly string[];

  @ApiProperty({ format: 'date-time', example: '2026-01-31T12:00:00.000Z' })
  readonly created_at: string;

  @ApiProperty({ format: 'date-time', example: '2026-01-31T12:00:00.000Z' })
  readonly updated_at: string;
}

export class TenantQuery extends PageQuery {}

export const TenantPage = pageOf(TenantAnswer, 'TenantPage');
