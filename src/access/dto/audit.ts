import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { PageQuery, pageOf } from '../../shared/http/page.js';
import { IsForm, IsText } from '../../shared/http/rules.js';
import { IsTime, TIME_INPUT } from '../../shared/http/time-input.js';
import { LIMITS } from '../../shared/limits.js';
import { type Actor, ACTORS, AUDIT_ACTIONS, type AuditAction } from '../audit/audit-entry.js';

const TIME = { format: 'date-time', example: '2026-01-31T12:00:00.000Z' };
/** Matches any kind of id, including tenant ids. */
const TARGET = new RegExp(`^[A-Za-z0-9_.-]{1,${LIMITS.idLength}}$`);
const nullable = { nullable: true as const };

export class AuditQuery extends PageQuery {
  @ApiPropertyOptional({ enum: AUDIT_ACTIONS })
  @IsOptional()
  @IsIn(AUDIT_ACTIONS)
  readonly action?: AuditAction;

  @ApiPropertyOptional({
    description: 'Entries caused by this API key',
    maxLength: LIMITS.idLength,
    example: 'key_01k6zv1yqpe7rtqq6zjy2k3m4n',
  })
  @IsOptional()
  @IsText(LIMITS.idLength)
  readonly key_id?: string;

  @ApiPropertyOptional({
    description: 'Entries caused through this session of a browser or of a portal',
    maxLength: LIMITS.idLength,
    example: 'pse_01k6zv1yqpe7rtqq6zjy2k3m4n',
  })
  @IsOptional()
  @IsText(LIMITS.idLength)
  readonly session_id?: string;

  @ApiPropertyOptional({
    description: 'Entries about this object',
    maxLength: LIMITS.idLength,
    pattern: TARGET.source,
    example: 'sub_01k6zv1yqpe7rtqq6zjy2k3m4n',
  })
  @IsOptional()
  @IsForm(TARGET, `1 to ${LIMITS.idLength} letters, digits, "_", "." or "-"`)
  readonly target?: string;

  @ApiPropertyOptional({ ...TIME_INPUT, description: 'At this time or later' })
  @IsOptional()
  @IsTime()
  readonly since?: string;

  @ApiPropertyOptional({ ...TIME_INPUT, description: 'Before this time' })
  @IsOptional()
  @IsTime()
  readonly until?: string;
}

export class AuditAnswer {
  @ApiProperty({ example: 'aud_01k6zv1yqpe7rtqq6zjy2k3m4n' })
  readonly id: string;

  @ApiProperty({ enum: AUDIT_ACTIONS, example: 'subscription.changed' })
  readonly action: AuditAction;

  @ApiProperty({ description: 'Id of the affected object', example: 'sub_01k6zv1yqpe7rtqq6zjy2k3m4n' })
  readonly target: string;

  @ApiProperty({ type: [String], description: 'Names of the fields that were set', example: ['target_url'] })
  readonly changed: readonly string[];

  @ApiProperty({ type: String, ...nullable, example: 'acme' })
  readonly tenant_id: string | null;

  @ApiProperty({
    enum: ACTORS,
    description:
      '`key`: an API key, perhaps through a session; `portal`: a portal session; `open`: a caller without a key while ' +
      'API_ACCESS is open; `service`: the service itself',
  })
  readonly actor: Actor;

  @ApiProperty({ type: String, ...nullable, example: 'key_01k6zv1yqpe7rtqq6zjy2k3m4n' })
  readonly key_id: string | null;

  @ApiProperty({
    type: String,
    ...nullable,
    description: 'Session of a browser or of a portal through which the change was made',
    example: null,
  })
  readonly session_id: string | null;

  @ApiProperty({
    type: String,
    ...nullable,
    description: '`actor` of the portal session: who used the portal, as its host says',
    example: null,
  })
  readonly session_actor: string | null;

  @ApiProperty({ type: String, ...nullable, description: 'IP address of the caller', example: '203.0.113.7' })
  readonly address: string | null;

  @ApiProperty({ type: String, ...nullable, example: '0198c1a2-7b3e-7000-8000-1f2e3d4c5b6a' })
  readonly request_id: string | null;

  @ApiProperty({ ...TIME })
  readonly created_at: string;
}

export const AuditPage = pageOf(AuditAnswer, 'AuditPage');
