import { DomainError } from '../errors/domain-error.js';
import { fromBase32, toBase32 } from './base32.js';
import type { Uuid } from './uuid.js';

/** The kind of object that an id names; also its prefix. */
export type IdKind = 'sub' | 'evt' | 'dlv' | 'rpl' | 'key' | 'aud' | 'ses' | 'pse';

export const ID_NOUNS: Record<IdKind, string> = {
  sub: 'a subscription',
  evt: 'an event',
  dlv: 'a delivery',
  rpl: 'a replay',
  key: 'an API key',
  aud: 'an audit entry',
  ses: 'a session',
  pse: 'a portal session',
};

/** Example ids for the documentation. */
export const EXAMPLE_IDS: Record<IdKind, string> = {
  sub: 'sub_01k6zv1yqpe7rtqq6zjy2k3m4n',
  evt: 'evt_01k6zv1yqpe7rtqq6zjy200000',
  dlv: 'dlv_01k6zv1yqpe7rtqq6zjy200001',
  rpl: 'rpl_01k6zv1yqpe7rtqq6zjy2k3m4n',
  key: 'key_01k6zv1yqpe7rtqq6zjy2k3m4n',
  aud: 'aud_01k6zv1yqpe7rtqq6zjy2k3m4n',
  ses: 'ses_01k6zv1yqpe7rtqq6zjy2k3m4n',
  pse: 'pse_01k6zv1yqpe7rtqq6zjy2k3m4n',
};

/** Returns a pattern for ids of the given kinds. */
export function idPattern(kinds: readonly [IdKind, ...IdKind[]]): RegExp {
  const prefix = kinds.length === 1 ? kinds[0] : `(${kinds.join('|')})`;
  return new RegExp(`^${prefix}_[0-7][0-9a-hjkmnp-tv-z]{25}$`);
}

export class MalformedId extends DomainError {
  /** @param parameter the query parameter with the id */
  constructor(text: string, kinds: readonly IdKind[], parameter?: string) {
    const wanted = kinds.map((kind) => `${ID_NOUNS[kind]} (${kind}_ followed by 26 characters)`).join(' or ');
    const details =
      parameter === undefined ? {} : { faults: [{ pointer: parameter, detail: `must be the id of ${wanted}` }] };
    super('malformed_id', 'malformed', `"${text.slice(0, 100)}" is not the id of ${wanted}.`, details);
  }
}

/** Formats an id as a TypeID: the prefix of its kind, then the UUID in 26 base32 characters. */
export function toPublicId(kind: IdKind, uuid: Uuid): string {
  return `${kind}_${toBase32(uuid)}`;
}

/** Base32 characters that hold the ordinal of a delivery: 20 bits. */
const ORDINAL_CHARACTERS = 4;

/** Returns the public ids of a delivery and of its event, which differ only in the ordinal. */
export function publicIdsOf(deliveryUuid: Uuid): { delivery: string; event: string } {
  const text = toBase32(deliveryUuid);
  return {
    delivery: `dlv_${text}`,
    event: `evt_${text.slice(0, -ORDINAL_CHARACTERS)}${'0'.repeat(ORDINAL_CHARACTERS)}`,
  };
}

/** @throws MalformedId if the text is not an id or is of another kind */
export function parsePublicId(text: string, ...kinds: [IdKind, ...IdKind[]]): { kind: IdKind; uuid: Uuid } {
  const kind = kinds.find((each) => text.startsWith(`${each}_`));
  if (kind === undefined || !/^[a-z]+_[0-7][0-9a-hjkmnp-tv-z]{25}$/.test(text)) throw new MalformedId(text, kinds);
  return { kind, uuid: fromBase32(text.slice(kind.length + 1)) };
}

/** As `parsePublicId`, for a query parameter, which the error names. @throws MalformedId */
export function parseIdParameter(parameter: string, text: string, kind: IdKind): Uuid {
  if (!idPattern([kind]).test(text)) throw new MalformedId(text, [kind], parameter);
  return parsePublicId(text, kind).uuid;
}
