import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { lengthOf, Rule } from '../../shared/http/rules.js';
import { LIMITS } from '../../shared/limits.js';
import { headerValueFault, REDACTED } from '../domain/own-headers.js';

const AUTH_TYPES = ['bearer', 'basic'] as const;
/** Anything but control characters; a user name has no colon, which ends it. */
const USERNAME = /^[^\p{Cc}:]+$/u;
const PASSWORD = /^[^\p{Cc}]+$/u;

/** A field that belongs to one type, and is refused in the other. */
const OfType = (type: string, faultOf: (value: unknown) => string | null): PropertyDecorator =>
  Rule('auth', (value, object) => {
    const isOfType = (object as { type?: unknown }).type === type;
    if (isOfType) return faultOf(value);
    return value === undefined ? null : `goes with the type ${type} only`;
  });

const matching = (pattern: RegExp, what: string) => (value: unknown) =>
  typeof value === 'string' && lengthOf(value) <= LIMITS.headerValueLength && pattern.test(value)
    ? null
    : `must be 1 to ${LIMITS.headerValueLength} characters${what}`;

function tokenFault(value: unknown): string | null {
  const hasScheme = typeof value === 'string' && /^(bearer|basic)\s/i.test(value);
  return hasScheme ? 'is sent after "Bearer": leave the scheme out' : headerValueFault(value);
}

/** How deliveries authenticate themselves to the target: in an `Authorization` header. */
export class AuthInput {
  @ApiProperty({ enum: AUTH_TYPES, example: 'bearer' })
  @IsIn(AUTH_TYPES)
  readonly type: 'bearer' | 'basic';

  @ApiPropertyOptional({
    minLength: 1,
    maxLength: LIMITS.headerValueLength,
    description: 'With type bearer',
    example: 'ey...',
  })
  @OfType('bearer', tokenFault)
  readonly token?: string;

  @ApiPropertyOptional({ minLength: 1, maxLength: LIMITS.headerValueLength, description: 'With type basic' })
  @OfType('basic', matching(USERNAME, ' without control characters or colon'))
  readonly username?: string;

  @ApiPropertyOptional({ minLength: 1, maxLength: LIMITS.headerValueLength, description: 'With type basic' })
  @OfType('basic', matching(PASSWORD, ' without control characters'))
  readonly password?: string;
}

/** As it is shown: `[redacted]` in the place of what is secret. Sent back like that, it stays as it is. */
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
