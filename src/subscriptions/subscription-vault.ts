import { Injectable } from '@nestjs/common';
import { SecretBox } from '../shared/crypto/secret-box.js';
import { publicKeyOf, type SigningKey, signingKey } from '../shared/crypto/signing-key.js';
import { InvalidInput } from '../shared/errors/domain-error.js';
import type { Uuid } from '../shared/ids/uuid.js';
import { isSecretHeader, REDACTED } from './domain/own-headers.js';
import type { SealedAuth, SealedHeaders, SealedSecret } from './domain/sealed.js';
import type { AuthInput } from './dto/auth.js';

/** What of a subscription is encrypted at rest. */
export interface Sealed {
  readonly secrets: readonly SealedSecret[];
  readonly headers: SealedHeaders;
  readonly auth: SealedAuth | null;
}

/** Seals and opens what a subscription keeps secret. Each box opens only in its own place of its own subscription. */
@Injectable()
export class SubscriptionVault {
  constructor(private readonly secretBox: SecretBox) {}

  sealSecret(id: Uuid, secret: string): SealedSecret {
    const publicKey = publicKeyOf(secret);
    return { box: this.secretBox.seal(secret, id), ...(publicKey !== null && { scheme: 'v1a', publicKey }) };
  }

  openSecret(id: Uuid, { box }: SealedSecret): string {
    return this.secretBox.open(box, id);
  }

  signingKeys(id: Uuid, secrets: readonly SealedSecret[]): (SigningKey & Pick<SealedSecret, 'untilMs'>)[] {
    return secrets.map((secret) => {
      const { untilMs } = secret;
      return { ...signingKey(this.openSecret(id, secret)), ...(untilMs === undefined ? {} : { untilMs }) };
    });
  }

  /**
   * @param former headers that the subscription has: `[redacted]` keeps the value of the one of that name
   * @throws InvalidInput when there is none
   */
  sealHeaders(id: Uuid, given: Readonly<Record<string, string>>, former: SealedHeaders): SealedHeaders {
    const known = new Map(Object.entries(former).map(([name, value]) => [name.toLowerCase(), value]));
    const sealed = Object.entries(given).map(([name, value]) => {
      if (value === REDACTED) return [name, kept(known.get(name.toLowerCase()), `/headers/${name}`)];
      return [name, this.sealHeader(id, name, value)];
    });
    return Object.fromEntries(sealed) as SealedHeaders;
  }

  /** @throws InvalidInput when what `[redacted]` is to keep is not there */
  sealAuth(id: Uuid, given: AuthInput, former: SealedAuth | null): SealedAuth {
    const seal = (text: string): string => this.secretBox.seal(text, authOwner(id));
    if (given.type === 'bearer') {
      const formerBox = former?.type === 'bearer' ? former.box : undefined;
      return {
        type: 'bearer',
        box: given.token === REDACTED ? kept(formerBox, '/auth/token') : seal(given.token ?? ''),
      };
    }
    const formerBox = former?.type === 'basic' ? former.box : undefined;
    const box = given.password === REDACTED ? kept(formerBox, '/auth/password') : seal(given.password ?? '');
    return { type: 'basic', username: given.username ?? '', box };
  }

  /** What is sent along: names and values in turn. */
  openHeaders(id: Uuid, { headers, auth }: Pick<Sealed, 'headers' | 'auth'>): string[] {
    const own = Object.entries(headers).flatMap(([name, value]) =>
      typeof value === 'string' ? [name, value] : [name, this.secretBox.open(value.box, headerOwner(id, name))],
    );
    if (auth === null) return own;
    const secret = this.secretBox.open(auth.box, authOwner(id));
    const value = auth.type === 'bearer' ? `Bearer ${secret}` : `Basic ${basic(auth.username, secret)}`;
    return [...own, 'authorization', value];
  }

  /** The same under the key that seals now; null when all of it is already. */
  reseal(id: Uuid, sealed: Sealed): Sealed | null {
    const again = <T extends { box: string }>(text: T, owner: string): T => ({ ...text, box: this.secretBox.reseal(text.box, owner) }); // prettier-ignore
    const headers = Object.entries(sealed.headers).map(([name, value]) => {
      // What was no secret by the names that were known when it was set may be one now.
      return [name, typeof value === 'string' ? this.sealHeader(id, name, value) : again(value, headerOwner(id, name))];
    });
    const resealed = {
      secrets: sealed.secrets.map((secret) => again(secret, id)),
      headers: Object.fromEntries(headers) as SealedHeaders,
      auth: sealed.auth && again(sealed.auth, authOwner(id)),
    };
    return JSON.stringify(resealed) ===
      JSON.stringify({ secrets: sealed.secrets, headers: sealed.headers, auth: sealed.auth })
      ? null
      : resealed;
  }

  private sealHeader(id: Uuid, name: string, value: string): string | { box: string } {
    return isSecretHeader(name) ? { box: this.secretBox.seal(value, headerOwner(id, name)) } : value;
  }
}

function kept<T>(former: T | undefined, pointer: string): T {
  if (former !== undefined) return former;
  throw new InvalidInput([{ pointer, detail: `is ${REDACTED}, which keeps what is there, but there is nothing` }]);
}

function headerOwner(id: Uuid, name: string): string {
  return `${id}/headers/${name.toLowerCase()}`;
}

function authOwner(id: Uuid): string {
  return `${id}/auth`;
}

function basic(username: string, password: string): string {
  return Buffer.from(`${username}:${password}`).toString('base64');
}
