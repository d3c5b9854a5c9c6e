import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { IsNested } from '../../shared/http/input-fields.js';
import { PageQuery, pageOf } from '../../shared/http/page.js';
import { IsForm, IsIntegerFrom, IsText, MayBeAbsent, MayBeNull } from '../../shared/http/rules.js';
import { EXAMPLE_IDS, idPattern } from '../../shared/ids/public-id.js';
import { LIMITS } from '../../shared/limits.js';
import { CAPABILITIES, type Capability } from '../domain/capability.js';
import type { Theme } from '../portal/portal-session.js';
import { TENANT_IN_QUERY } from '../permit.js';
import { IsTenantId, TENANT_ID_SCHEMA } from './keys.js';
import { IsCapabilities, IsPageUrl, IsSubscriptionIds } from './portal-rules.js';

const TIME = { format: 'date-time', example: '2026-01-31T12:00:00.000Z' };
const nullable = { nullable: true as const };
const MODES = ['light', 'dark', 'auto'] as const;
const COLOR = /^#[0-9a-f]{6}$/i;
const MAX_RADIUS = 32;
export const DEFAULT_SECONDS = 3600;

const PAGE_URL = { format: 'uri', maxLength: LIMITS.urlLength };
const SUBSCRIPTION_IDS = {
  type: 'array' as const,
  items: { type: 'string' as const, pattern: idPattern(['sub']).source },
  maxItems: LIMITS.portalSubscriptions,
};

const ApiColor = (what: string): PropertyDecorator =>
  ApiPropertyOptional({ pattern: COLOR.source, description: what, example: '#0f766e' });
const IsColor = (): PropertyDecorator => IsForm(COLOR, 'a color such as #0f766e');

export class ThemeInput implements Theme {
  @ApiPropertyOptional({ enum: MODES, description: '`auto`, the default, follows the browser', example: 'auto' })
  @MayBeAbsent()
  @IsIn(MODES)
  readonly mode?: (typeof MODES)[number];

  @ApiColor('Buttons and links')
  @MayBeAbsent()
  @IsColor()
  readonly primary?: string;

  @ApiColor('Text on buttons')
  @MayBeAbsent()
  @IsColor()
  readonly primary_foreground?: string;

  @ApiColor('The page')
  @MayBeAbsent()
  @IsColor()
  readonly background?: string;

  @ApiColor('Text')
  @MayBeAbsent()
  @IsColor()
  readonly foreground?: string;

  @ApiPropertyOptional({ type: 'integer', minimum: 0, maximum: MAX_RADIUS, description: 'Of corners, in pixels' })
  @MayBeAbsent()
  @IsIntegerFrom(0, MAX_RADIUS)
  readonly radius?: number;
}

export class PortalSessionInput {
  @ApiPropertyOptional({
    ...TENANT_ID_SCHEMA,
    description: 'Tenant whose portal it is. Defaults to the tenant of the caller or X-Tenant',
  })
  @MayBeAbsent()
  @IsTenantId()
  readonly tenant_id?: string;

  @ApiProperty({
    enum: CAPABILITIES,
    isArray: true,
    maxItems: CAPABILITIES.length,
    description: 'What the portal may do',
    example: ['subscriptions:read', 'deliveries:read'],
  })
  @IsCapabilities()
  readonly capabilities: Capability[];

  @ApiPropertyOptional({
    ...SUBSCRIPTION_IDS,
    ...nullable,
    description: 'Subscriptions that it is limited to; all of the tenant if omitted',
    example: null,
  })
  @MayBeNull()
  @IsSubscriptionIds()
  readonly subscription_ids?: string[] | null;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 60,
    maximum: LIMITS.portalSessionSeconds,
    default: DEFAULT_SECONDS,
    description: 'Seconds until the session ends',
  })
  @MayBeAbsent()
  @IsIntegerFrom(60, LIMITS.portalSessionSeconds)
  readonly expires_in?: number;

  @ApiProperty({ ...PAGE_URL, description: 'Page of the host to which the portal leads back', example: 'https://app.example.com/settings' }) // prettier-ignore
  @IsPageUrl()
  readonly return_url: string;

  @ApiPropertyOptional({
    type: String,
    ...PAGE_URL,
    ...nullable,
    description: 'Page of the host that makes a new session and sends the browser back to the portal',
    example: 'https://app.example.com/webhooks/portal',
  })
  @MayBeNull()
  @IsPageUrl()
  readonly refresh_url?: string | null;

  @ApiPropertyOptional({ type: ThemeInput })
  @MayBeAbsent()
  @IsNested(ThemeInput)
  readonly theme?: ThemeInput;

  @ApiPropertyOptional({
    type: String,
    maxLength: LIMITS.actorLength,
    ...nullable,
    description: 'Who uses the portal, as the audit log shall show it: an id of yours rather than a name',
    example: 'user-42',
  })
  @MayBeNull()
  @IsText(LIMITS.actorLength)
  readonly actor?: string | null;
}

export class CreatedPortalSessionAnswer {
  @ApiProperty({ example: EXAMPLE_IDS.pse })
  readonly id: string;

  @ApiProperty({
    description: 'Where to send the browser within 60 seconds. Its code works once and is in the fragment',
    example:
      'https://webhooks.example.com/portal?tenant=acme#code=whc_01k6zv1yqpe7rtqq6zjy2k3m4n_2bYyQJ4bq1Xo4C3pX8p0W0m4p0mXwq3yq8k8l4o3m2E',
  })
  readonly url: string;

  @ApiProperty({ ...TIME, description: 'When the session ends' })
  readonly expires_at: string;
}

const CODE = /^whc_[0-7][0-9a-hjkmnp-tv-z]{25}_[A-Za-z0-9_-]{43}$/;

export class PortalCodeInput {
  @ApiProperty({
    pattern: CODE.source,
    description: 'The code in the fragment of the URL',
    example: 'whc_01k6zv1yqpe7rtqq6zjy2k3m4n_2bYyQJ4bq1Xo4C3pX8p0W0m4p0mXwq3yq8k8l4o3m2E',
  })
  @IsForm(CODE, 'the code of a portal link: whc_, 26 characters, "_", and 43 characters')
  readonly code: string;
}

/** What a portal is and may do. */
class PortalAnswer {
  @ApiProperty({ example: EXAMPLE_IDS.pse })
  readonly id: string;

  @ApiProperty({ example: 'acme' })
  readonly tenant_id: string;

  @ApiProperty({ enum: CAPABILITIES, isArray: true, example: ['subscriptions:read', 'deliveries:read'] })
  readonly capabilities: readonly Capability[];

  @ApiProperty({ type: [String], ...nullable, description: 'Null for all of the tenant', example: null })
  readonly subscription_ids: readonly string[] | null;

  @ApiProperty({ example: 'https://app.example.com/settings' })
  readonly return_url: string;

  @ApiProperty({ type: String, ...nullable, example: null })
  readonly refresh_url: string | null;

  @ApiProperty({ type: ThemeInput, ...nullable, example: null })
  readonly theme: Theme | null;

  @ApiProperty({ ...TIME, description: 'When the session ends' })
  readonly expires_at: string;
}

export class ExchangedPortalSessionAnswer extends PortalAnswer {
  @ApiProperty({
    description: 'Sent as `Authorization: Bearer`. Shown only here; keep it in memory',
    example: 'whp_01k6zv1yqpe7rtqq6zjy2k3m4n_2bYyQJ4bq1Xo4C3pX8p0W0m4p0mXwq3yq8k8l4o3m2E',
  })
  readonly token: string;
}

export class PortalSessionAnswer extends PortalAnswer {
  @ApiProperty({ type: String, ...nullable, description: 'Who uses it, as the host says', example: 'user-42' })
  readonly actor: string | null;

  @ApiProperty({ ...TIME })
  readonly created_at: string;

  @ApiProperty({ type: String, ...nullable, description: 'The API key that made it', example: EXAMPLE_IDS.key })
  readonly created_by: string | null;

  @ApiProperty({ type: String, ...TIME, ...nullable, description: 'When its code was used; null before that' })
  readonly exchanged_at: string | null;
}

/** Which sessions of portals. */
export class PortalTenantQuery {
  /** Read by the gate. */
  @ApiPropertyOptional(TENANT_IN_QUERY)
  @IsOptional()
  @IsText(LIMITS.tenantIdLength)
  readonly tenant_id?: string;
}

export class PortalSessionQuery extends PageQuery {
  /** Read by the gate. */
  @ApiPropertyOptional(TENANT_IN_QUERY)
  @IsOptional()
  @IsText(LIMITS.tenantIdLength)
  readonly tenant_id?: string;
}

export const PortalSessionPage = pageOf(PortalSessionAnswer, 'PortalSessionPage');
