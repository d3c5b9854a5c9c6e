import { Injectable } from '@nestjs/common';
import { SecretBox } from '../shared/crypto/secret-box.js';
import { publicKeyOf, type SigningKey, signingKey } from '../signing/index.js';
import { InvalidInput } from '../shared/errors/domain-error.js';
import type { Uuid } from '../shared/ids/uuid.js';
import { isShown, REDACTED } from './domain/own-headers.js';
import type { SealedAuth, SealedHeaders, SealedSecret, SealedText } from './domain/sealed.js';
import type { AuthInput } from './dto/auth.js';

/** What of a subscription is encrypted at rest. */
export interface Sealed {
  readonly secrets: readonly SealedSecret[];
  readonly headers: SealedHeaders;
  /** Headers that are not, since the client named them harmless; in lower case. */
  readonly shownHeaders: readonly string[];
  readonly auth: SealedAuth | null;
}

type OwnHeaders = Pick<Sealed, 'headers' | 'shownHeaders'>;

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
   * @param given what of them is to change; `[redacted]` keeps the value of the header of that name
   * @param former with all hidden that is not shown, as `hideHeaders` gives them
   * @throws InvalidInput when there is nothing to keep, or when a hidden value is to be shown: those who may not see
   *   credentials must not reveal them by naming them
   */
  sealHeaders(
    id: Uuid,
    given: { headers: Readonly<Record<string, string>> | undefined; shownHeaders: readonly string[] | undefined },
    former: OwnHeaders,
  ): OwnHeaders {
    const stored = new Map(Object.entries(former.headers).map(([name, value]) => [name.toLowerCase(), value]));
    const headers = Object.entries(given.headers ?? withValue(former.headers, REDACTED));
    const names = new Set(headers.map(([name]) => name.toLowerCase()));
    const wanted = (given.shownHeaders ?? former.shownHeaders).map((name) => name.toLowerCase());
    const shownHeaders = [...new Set(wanted)].filter((name) => names.has(name));
    const sealed = headers.map(([name, value]) => {
      if (value !== REDACTED) return [name, isShown(name, shownHeaders) ? value : this.sealHeader(id, name, value)];
      return [name, kept(stored.get(name.toLowerCase()), `/headers/${name}`)];
    });
    const result = { headers: Object.fromEntries(sealed) as SealedHeaders, shownHeaders };
    refuseUnshowable(given.shownHeaders ?? [], result.headers);
    return { ...result, headers: this.hideHeaders(id, result) };
  }

  /** The same headers, with none plain but those that are shown. */
  hideHeaders(id: Uuid, { headers, shownHeaders }: OwnHeaders): SealedHeaders {
    const hidden = Object.entries(headers).map(([name, value]) => {
      const isPlain = typeof value === 'string' && !isShown(name, shownHeaders);
      return [name, isPlain ? this.sealHeader(id, name, value) : value];
    });
    return Object.fromEntries(hidden) as SealedHeaders;
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
  reseal(id: Uuid, sealed: Sealed): Omit<Sealed, 'shownHeaders'> | null {
    const again = <T extends { box: string }>(text: T, owner: string): T => ({ ...text, box: this.secretBox.reseal(text.box, owner) }); // prettier-ignore
    const headers = Object.entries(this.hideHeaders(id, sealed)).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : again(value, headerOwner(id, name)),
    ]);
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

  private sealHeader(id: Uuid, name: string, value: string): SealedText {
    return { box: this.secretBox.seal(value, headerOwner(id, name)) };
  }
}

/** @throws InvalidInput */
function refuseUnshowable(names: readonly string[], headers: SealedHeaders): void {
  const values = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const faults = names.flatMap((name, index) => {
    const value = values.get(name.toLowerCase());
    if (typeof value === 'string') return [];
    const detail =
      value === undefined
        ? 'names no header of this subscription'
        : 'names a header whose value is hidden: give that again, too';
    return [{ pointer: `/shown_headers/${index}`, detail }];
  });
  if (faults.length > 0) throw new InvalidInput(faults);
}

function withValue(headers: SealedHeaders, value: string): Record<string, string> {
  return Object.fromEntries(Object.keys(headers).map((name) => [name, value]));
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
