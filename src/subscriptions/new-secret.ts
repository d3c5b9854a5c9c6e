import { randomBytes } from 'node:crypto';
import { InvalidInput } from '../shared/errors/domain-error.js';
import { schemeOf, secretFrom } from '../signing/index.js';
import type { SealedSecret } from './domain/sealed.js';
import type { SecretRotation } from './dto/secrets.js';

/** Returns the given secret or generates one. @throws InvalidInput if the given secret and scheme do not match */
export function newSecret(
  { secret, signature_scheme: scheme }: Pick<SecretRotation, 'secret' | 'signature_scheme'>,
  previous: readonly SealedSecret[] = [],
): string {
  if (secret === undefined) return secretFrom(randomBytes(32), scheme ?? previous[0]?.scheme ?? 'v1');
  if (scheme === undefined || scheme === schemeOf(secret)) return secret;
  throw new InvalidInput([
    { pointer: '/signature_scheme', detail: `must be ${schemeOf(secret)}, the scheme of the secret` },
  ]);
}
