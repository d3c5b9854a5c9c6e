import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { SignatureScheme } from '../../signing/index.js';
import { IsIntegerFrom, MayBeAbsent } from '../../shared/http/rules.js';
import { ApiWarnings, type WarningAnswer } from '../../shared/http/warning.js';
import { LIMITS } from '../../shared/limits.js';
import { IsScheme, IsSecret } from './rules.js';
import { SECRET_WARNINGS } from './subscription-answer.js';
import { SCHEME_SCHEMA, SECRET_SCHEMA } from './subscription-input.js';

export class SecretRotation {
  @ApiPropertyOptional({ ...SECRET_SCHEMA, description: 'The new secret; generated if omitted' })
  @MayBeAbsent()
  @IsSecret()
  readonly secret?: string;

  @ApiPropertyOptional({
    ...SCHEME_SCHEMA,
    description: 'Scheme of the generated secret; defaults to the scheme of the current one',
  })
  @MayBeAbsent()
  @IsScheme()
  readonly signature_scheme?: SignatureScheme;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    maximum: LIMITS.overlapSeconds,
    default: 86_400,
    description:
      'Seconds for which the current secret continues to sign alongside the new one; 0 ends all previous secrets at once',
  })
  @MayBeAbsent()
  @IsIntegerFrom(0, LIMITS.overlapSeconds)
  readonly overlap?: number;
}

export class SigningSecretAnswer {
  @ApiProperty({ example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' })
  readonly secret: string;

  @ApiProperty(SCHEME_SCHEMA)
  readonly signature_scheme: SignatureScheme;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Public key with which receivers verify; only for scheme v1a',
    example: null,
  })
  readonly public_key: string | null;
}

export class FormerSecretAnswer extends SigningSecretAnswer {
  @ApiProperty({
    format: 'date-time',
    description: 'Time at which it stops signing',
    example: '2026-01-31T12:00:00.000Z',
  })
  readonly expires_at: string;
}

export class SecretsAnswer extends SigningSecretAnswer {
  @ApiProperty({ type: [FormerSecretAnswer], description: 'Previous secrets that still sign, newest first' })
  readonly previous: FormerSecretAnswer[];
}

/** The secrets after a rotation. */
export class RotatedSecretsAnswer extends SecretsAnswer {
  @ApiWarnings(SECRET_WARNINGS)
  readonly warnings?: readonly WarningAnswer[];
}
