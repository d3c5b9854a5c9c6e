import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { PageQuery, pageOf } from '../../shared/http/page.js';
import { IsForm, MayBeAbsent } from '../../shared/http/rules.js';
import { EXAMPLE_IDS } from '../../shared/ids/public-id.js';
import { ABILITIES, type Ability } from '../domain/capability.js';
import { type Role, ROLES } from '../domain/role.js';

const TIME = { format: 'date-time', example: '2026-01-31T12:00:00.000Z' };
const nullable = { nullable: true as const };
const API_KEY = /^whk_[0-7][0-9a-hjkmnp-tv-z]{25}_[A-Za-z0-9_-]{43}$/;

/** How a caller was let in. */
const WAYS_IN = ['open', 'key', 'session', 'portal'] as const;
export type WayIn = (typeof WAYS_IN)[number];

export class SessionInput {
  @ApiPropertyOptional({
    pattern: API_KEY.source,
    description: 'The API key; needed unless the Authorization header has it',
    example: 'whk_01k6zv1yqpe7rtqq6zjy2k3m4n_2bYyQJ4bq1Xo4C3pX8p0W0m4p0mXwq3yq8k8l4o3m2E',
  })
  @MayBeAbsent()
  @IsForm(API_KEY, 'an API key: whk_, 26 characters, "_", and 43 characters')
  readonly key?: string;
}

export class SessionAnswer {
  @ApiProperty({
    enum: WAYS_IN,
    description:
      '`open`: API_ACCESS is open, so no key is needed; `key`: the request carries an API key; `session`: it carries a ' +
      "session cookie; `portal`: it carries a portal's token",
    example: 'session',
  })
  readonly access: WayIn;

  @ApiProperty({ type: String, ...nullable, description: 'Null without a session', example: EXAMPLE_IDS.ses })
  readonly id: string | null;

  @ApiProperty({
    type: String,
    enum: [...ROLES, null],
    ...nullable,
    description: 'Null for a portal',
    example: 'admin',
  })
  readonly role: Role | null;

  @ApiProperty({ type: String, ...nullable, description: 'Null for all tenants', example: null })
  readonly tenant_id: string | null;

  @ApiProperty({ enum: ABILITIES, isArray: true, description: 'What the caller may do', example: ['deliveries:read'] })
  readonly capabilities: readonly Ability[];

  @ApiProperty({
    type: [String],
    ...nullable,
    description: 'Subscriptions that a portal session is limited to; null for all',
    example: null,
  })
  readonly subscription_ids: readonly string[] | null;

  @ApiProperty({ type: String, ...nullable, description: 'The API key, or that of the session', example: EXAMPLE_IDS.key }) // prettier-ignore
  readonly key_id: string | null;

  @ApiProperty({
    type: String,
    ...TIME,
    ...nullable,
    description: 'When the session ends unless it is used until then; null without a session',
  })
  readonly expires_at: string | null;
}

/** A session as admins see it. */
export class ListedSessionAnswer {
  @ApiProperty({ example: EXAMPLE_IDS.ses })
  readonly id: string;

  @ApiProperty({ enum: ROLES, example: 'admin' })
  readonly role: Role;

  @ApiProperty({ type: String, ...nullable, description: 'Null for all tenants', example: 'acme' })
  readonly tenant_id: string | null;

  @ApiProperty({ description: 'The key that was shown', example: EXAMPLE_IDS.key })
  readonly key_id: string;

  @ApiProperty({ type: String, ...nullable, description: 'Name of that key', example: 'operations' })
  readonly key_name: string | null;

  @ApiProperty({ description: 'IP address from which the session was made', example: '203.0.113.7' })
  readonly address: string;

  @ApiProperty({ ...TIME })
  readonly created_at: string;

  @ApiProperty({ ...TIME, description: 'Accurate to about a minute' })
  readonly last_used_at: string;

  @ApiProperty({ ...TIME })
  readonly expires_at: string;
}

export class SessionQuery extends PageQuery {}

export const SessionPage = pageOf(ListedSessionAnswer, 'SessionPage');
