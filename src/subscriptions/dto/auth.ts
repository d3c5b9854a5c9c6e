import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { lengthOf, Rule } from '../../shared/http/rules.js';
import { LIMITS } from '../../shared/limits.js';
import { headerValueFault, REDACTED } from '../domain/own-headers.js';

const AUTH_TYPES = ['bearer', 'basic'] as const;
/** Any text without control characters; a colon would end the user name. */
const USERNAME = /^[^\p{Cc}:]+$/u;
const PASSWORD = /^[^\p{Cc}]+$/u;

/** A field that is only allowed with one type of authentication. */
const OfType = (type: string, faultOf: (value: unknown) => string | null): PropertyDecorator =>
  Rule('auth', (value, object) => {
    const isOfType = (object as { type?: unknown }).type === type;
    if (isOfType) return faultOf(value);
    return value === undefined ? null : `is only allowed with type ${type}`;
  });

const matching = (pattern: RegExp, what: string) => (value: unknown) =>
  typeof value === 'string' && lengthOf(value) <= LIMITS.headerValueLength && pattern.test(value)
    ? null
    : `must be 1 to ${LIMITS.headerValueLength} characters${what}`;

function tokenFault(value: unknown): string | null {
  const hasScheme = typeof value === 'string' && /^(bearer|basic)\s/i.test(value);
  return hasScheme ? 'must not include the scheme, because the service adds "Bearer"' : headerValueFault(value);
}

/** Credentials for the target, sent with each delivery in an `Authorization` header. */
export class AuthInput {
  @ApiProperty({ enum: AUTH_TYPES, example: 'bearer' })
  @IsIn(AUTH_TYPES)
  readonly type: 'bearer' | 'basic';

  @ApiPropertyOptional({
    minLength: 1,
    maxLength: LIMITS.headerValueLength,
    description: 'Required for type bearer',
    example: 'ey...',
  })
  @OfType('bearer', tokenFault)
  readonly token?: string;

  @ApiPropertyOptional({ minLength: 1, maxLength: LIMITS.headerValueLength, description: 'Required for type basic' })
  @OfType('basic', matching(USERNAME, ' without control characters or colons'))
  readonly username?: string;

  @ApiPropertyOptional({ minLength: 1, maxLength: LIMITS.headerValueLength, description: 'Required for type basic' })
  @OfType('basic', matching(PASSWORD, ' without control characters'))
  readonly password?: string;
}

/** Credentials with the secret part replaced by `[redacted]`. A client that sends this back changes nothing. */
export class AuthAnswer {
  @ApiProperty({ enum: AUTH_TYPES, example: 'bearer' })
  readonly type: 'bearer' | 'basic';

  @ApiPropertyOptional({ example: REDACTED })
  readonly token?: string;

  @ApiPropertyOptional({ example: 'webhooks' })
  readonly username?: string;

  @ApiPropertyOptional({ example: REDACTED })
  readonly password?: string;
}
