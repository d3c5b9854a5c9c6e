import { Injectable } from '@nestjs/common';
import { SecretBox } from '../shared/crypto/secret-box.js';
import { publicKeyOf, type SigningKey, signingKey } from '../signing/index.js';
import type { Fault } from '../shared/errors/domain-error.js';
import { pointerTo } from '../shared/http/json-pointer.js';
import type { Uuid } from '../shared/ids/uuid.js';
import { isShown, REDACTED } from './domain/own-headers.js';
import type { SealedAuth, SealedHeaders, SealedSecret, SealedText } from './domain/sealed.js';
import type { AuthInput } from './dto/auth.js';

/** The parts of a subscription that are encrypted at rest. */
export interface Sealed {
  readonly secrets: readonly SealedSecret[];
  readonly headers: SealedHeaders;
  /** Names of headers that the client marked as not secret and that are not encrypted; in lower case. */
  readonly shownHeaders: readonly string[];
  readonly auth: SealedAuth | null;
}

type OwnHeaders = Pick<Sealed, 'headers' | 'shownHeaders'>;

/** Encrypts and decrypts a subscription's secrets. Each box decrypts only in its own field of its own subscription. */
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
   * Encrypts changed headers.
   *
   * @param given the changes; `[redacted]` keeps the stored value of the header with that name
   * @param previous the stored headers, as `hideHeaders` returns them
   * @param faults gets a fault where there is no value to keep, or where a hidden value would become visible: a client
   *   that may not see credentials must not reveal them by adding their names to `shown_headers`. The result is then
   *   not to be stored
   */
  sealHeaders(
    id: Uuid,
    given: { headers: Readonly<Record<string, string>> | undefined; shownHeaders: readonly string[] | undefined },
    previous: OwnHeaders,
    faults: Fault[],
  ): OwnHeaders {
    const stored = new Map(Object.entries(previous.headers).map(([name, value]) => [name.toLowerCase(), value]));
    const headers = Object.entries(given.headers ?? withValue(previous.headers, REDACTED));
    const names = new Set(headers.map(([name]) => name.toLowerCase()));
    const wanted = (given.shownHeaders ?? previous.shownHeaders).map((name) => name.toLowerCase());
    const shownHeaders = [...new Set(wanted)].filter((name) => names.has(name));
    const sealed = headers.map(([name, value]) => {
      if (value !== REDACTED) return [name, isShown(name, shownHeaders) ? value : this.sealHeader(id, name, value)];
      return [name, keepStored(stored.get(name.toLowerCase()), `/headers${pointerTo(name)}`, faults) ?? ''];
    });
    const result = { headers: Object.fromEntries(sealed) as SealedHeaders, shownHeaders };
    faults.push(...unshowable(given.shownHeaders ?? [], result.headers));
    return { ...result, headers: this.hideHeaders(id, result) };
  }

  /** Returns the same headers with every value encrypted that is not shown. */
  hideHeaders(id: Uuid, { headers, shownHeaders }: OwnHeaders): SealedHeaders {
    const hidden = Object.entries(headers).map(([name, value]) => {
      const isPlain = typeof value === 'string' && !isShown(name, shownHeaders);
      return [name, isPlain ? this.sealHeader(id, name, value) : value];
    });
    return Object.fromEntries(hidden) as SealedHeaders;
  }

  /** Encrypts credentials. @param faults gets a fault if `[redacted]` is given but no value is stored */
  sealAuth(id: Uuid, given: AuthInput, previous: SealedAuth | null, faults: Fault[]): SealedAuth {
    const seal = (text: string): string => this.secretBox.seal(text, authOwner(id));
    if (given.type === 'bearer') {
      const previousBox = previous?.type === 'bearer' ? previous.box : undefined;
      return {
        type: 'bearer',
        box:
          given.token === REDACTED ? (keepStored(previousBox, '/auth/token', faults) ?? '') : seal(given.token ?? ''),
      };
    }
    const previousBox = previous?.type === 'basic' ? previous.box : undefined;
    const box =
      given.password === REDACTED
        ? (keepStored(previousBox, '/auth/password', faults) ?? '')
        : seal(given.password ?? '');
    return { type: 'basic', username: given.username ?? '', box };
  }

  /** Returns the decrypted headers to send, names and values alternating. */
  openHeaders(id: Uuid, { headers, auth }: Pick<Sealed, 'headers' | 'auth'>): string[] {
    const own = Object.entries(headers).flatMap(([name, value]) =>
      typeof value === 'string' ? [name, value] : [name, this.secretBox.open(value.box, headerOwner(id, name))],
    );
    if (auth === null) return own;
    const secret = this.secretBox.open(auth.box, authOwner(id));
    const value = auth.type === 'bearer' ? `Bearer ${secret}` : `Basic ${basic(auth.username, secret)}`;
    return [...own, 'authorization', value];
  }

  /** Re-encrypts everything with the current key; null if it already is. */
  reseal(id: Uuid, sealed: Sealed): Omit<Sealed, 'shownHeaders'> | null {
    const resealText = <T extends { box: string }>(text: T, owner: string): T => ({ ...text, box: this.secretBox.reseal(text.box, owner) }); // prettier-ignore
    const headers = Object.entries(this.hideHeaders(id, sealed)).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : resealText(value, headerOwner(id, name)),
    ]);
    const resealed = {
      secrets: sealed.secrets.map((secret) => resealText(secret, id)),
      headers: Object.fromEntries(headers) as SealedHeaders,
      auth: sealed.auth && resealText(sealed.auth, authOwner(id)),
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

/**
 * Names and values of the headers that `openHeaders` returns, in the same order, with `hidden` instead of credentials.
 */
export function headersWithout({ headers, shownHeaders, auth }: Omit<Sealed, 'secrets'>, hidden: string): string[] {
  const own = Object.entries(headers).flatMap(([name, value]) => [
    name,
    typeof value === 'string' && isShown(name, shownHeaders) ? value : hidden,
  ]);
  return auth === null ? own : [...own, 'authorization', hidden];
}

function unshowable(names: readonly string[], headers: SealedHeaders): Fault[] {
  const values = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return names.flatMap((name, index) => {
    const value = values.get(name.toLowerCase());
    if (typeof value === 'string') return [];
    const detail =
      value === undefined
        ? 'must name a header of this subscription'
        : 'must not name a header with a hidden value; give the value again to show it';
    return [{ pointer: `/shown_headers/${index}`, detail }];
  });
}

function withValue(headers: SealedHeaders, value: string): Record<string, string> {
  return Object.fromEntries(Object.keys(headers).map((name) => [name, value]));
}

function keepStored<T>(previous: T | undefined, pointer: string, faults: Fault[]): T | undefined {
  if (previous === undefined) {
    faults.push({ pointer, detail: `must not be ${REDACTED} because there is no stored value to keep` });
  }
  return previous;
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
