import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { ReadOnlyFields } from '../../shared/http/input-fields.js';
import { PageQuery, pageOf } from '../../shared/http/page.js';
import { IsIntegerFrom, IsText, MayBeAbsent, MayBeNull, Rule } from '../../shared/http/rules.js';
import { IsTime, TIME_INPUT } from '../../shared/http/time-input.js';
import { LIMITS } from '../../shared/limits.js';
import { type Role, ROLES } from '../domain/role.js';
import { isTenantId, TENANT_ID } from '../domain/tenant-id.js';

const TIME = { format: 'date-time', example: '2026-01-31T12:00:00.000Z' };
const nullable = { nullable: true as const };

export const TENANT_ID_SCHEMA = {
  maxLength: LIMITS.tenantIdLength,
  pattern: TENANT_ID.source,
  example: 'acme',
};

export const IsTenantId = (): PropertyDecorator =>
  Rule('tenantId', (value) =>
    typeof value === 'string' && isTenantId(value)
      ? null
      : `must be 1 to ${LIMITS.tenantIdLength} letters, digits, "_", "." or "-", starting with a letter or digit`,
  );

/** The fields of a key's answer that only the service sets. */
const SET_BY_SERVICE = ['id', 'created_at', 'created_by', 'rotated_from', 'last_used_at', 'key'] as const;

@ReadOnlyFields(...SET_BY_SERVICE)
export class KeyInput {
  @ApiProperty({ enum: ROLES, description: 'Determines what the key may do', example: 'publisher' })
  @IsIn(ROLES)
  readonly role: Role;

  @ApiPropertyOptional({
    type: String,
    ...TENANT_ID_SCHEMA,
    ...nullable,
    description:
      'Tenant that the key is bound to; null for an admin key for all tenants. Defaults to the tenant of the caller or X-Tenant',
  })
  @MayBeNull()
  @IsTenantId()
  readonly tenant_id?: string | null;

  @ApiPropertyOptional({ type: String, maxLength: LIMITS.nameLength, ...nullable, example: 'billing backend' })
  @MayBeNull()
  @IsText(LIMITS.nameLength)
  readonly name?: string | null;

  @ApiPropertyOptional({
    type: String,
    ...TIME_INPUT,
    ...nullable,
    description: 'Time at which the key expires; never if omitted',
  })
  @MayBeNull()
  @IsTime()
  readonly expires_at?: string | null;
}

/** The new key has the role, the tenant and the name of the old one. */
@ReadOnlyFields(...SET_BY_SERVICE, 'role', 'tenant_id', 'name')
export class KeyRotation {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    maximum: LIMITS.overlapSeconds,
    default: 86_400,
    description: 'Seconds for which the old key remains valid',
  })
  @MayBeAbsent()
  @IsIntegerFrom(0, LIMITS.overlapSeconds)
  readonly overlap?: number;

  @ApiPropertyOptional({
    type: String,
    ...TIME_INPUT,
    ...nullable,
    description: 'Time at which the new key expires; same as the old key if omitted, never if null',
  })
  @MayBeNull()
  @IsTime()
  readonly expires_at?: string | null;
}

export class KeyAnswer {
  @ApiProperty({ example: 'key_01k6zv1yqpe7rtqq6zjy2k3m4n' })
  readonly id: string;

  @ApiProperty({ enum: ROLES, example: 'publisher' })
  readonly role: Role;

  @ApiProperty({ type: String, ...nullable, description: 'Null for an admin key for all tenants', example: 'acme' })
  readonly tenant_id: string | null;

  @ApiProperty({ type: String, ...nullable, example: 'billing backend' })
  readonly name: string | null;

  @ApiProperty({ ...TIME })
  readonly created_at: string;

  @ApiProperty({ type: String, ...nullable, description: 'Key that created this one', example: null })
  readonly created_by: string | null;

  @ApiProperty({ type: String, ...nullable, description: 'Key that this one replaced', example: null })
  readonly rotated_from: string | null;

  @ApiProperty({ type: String, ...TIME, ...nullable, example: null })
  readonly expires_at: string | null;

  @ApiProperty({ type: String, ...TIME, ...nullable, description: 'Accurate to one minute' })
  readonly last_used_at: string | null;
}

/** The only answer that contains the key itself. */
export class CreatedKeyAnswer extends KeyAnswer {
  @ApiProperty({
    description: 'The API key. Shown only once; the service stores only a SHA-256 hash',
    example: 'whk_01k6zv1yqpe7rtqq6zjy2k3m4n_2bYyQJ4bq1Xo4C3pX8p0W0m4p0mXwq3yq8k8l4o3m2E',
  })
  readonly key: string;
}

export class KeyQuery extends PageQuery {}

export const KeyPage = pageOf(KeyAnswer, 'KeyPage');
