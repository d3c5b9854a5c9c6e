import { randomBytes } from 'node:crypto';
import { secretFrom } from '../signing/index.js';
import type { SealedSecret } from './domain/sealed.js';
import type { SecretRotation } from './dto/secrets.js';

/** Returns the given secret, whose scheme the DTO has checked, or generates one. */
export function newSecret(
  { secret, signature_scheme: scheme }: Pick<SecretRotation, 'secret' | 'signature_scheme'>,
  previous: readonly SealedSecret[] = [],
): string {
  return secret ?? secretFrom(randomBytes(32), scheme ?? previous[0]?.scheme ?? 'v1');
}
