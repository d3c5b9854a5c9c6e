import { boundedCache } from '../shared/bounded-cache.js';
import { parsePublicId } from '../shared/ids/public-id.js';
import type { Uuid } from '../shared/ids/uuid.js';
import { parseSessionToken, type SessionTokenKind } from './domain/session-token.js';

const MAX_KEPT = 1000;
/** Longer texts are not kept, because they are no tokens. */
const MAX_LENGTH = 128;

/** A parsed token with the id of its row. */
export interface ReadToken {
  readonly uuid: Uuid;
  readonly secretHash: Buffer;
}

/** Reads tokens of one kind, and remembers them: hashing would otherwise be the most expensive part of a request. */
export class TokenReader {
  private readonly kept = boundedCache<string, ReadToken>(MAX_KEPT);

  constructor(private readonly kind: SessionTokenKind) {}

  /** @returns null if the text is not a token of this kind */
  read(text: string): ReadToken | null {
    const known = this.kept.get(text);
    if (known !== undefined) return known;
    const parsed = text.length > MAX_LENGTH ? null : parseSessionToken(this.kind, text);
    if (parsed === null) return null;
    const read = { uuid: parsePublicId(parsed.id, 'ses', 'pse').uuid, secretHash: parsed.secretHash };
    this.kept.set(text, read);
    return read;
  }
}
