import { Injectable } from '@nestjs/common';
import { boundedCache } from '../../shared/bounded-cache.js';
import { parsePublicId } from '../../shared/ids/public-id.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import { Logger } from '../../shared/logging/logger.js';
import { Clock } from '../../shared/time/clock.js';
import { ApiKeyMissing, Unauthenticated } from '../access.errors.js';
import { BriefCache } from '../brief-cache.js';
import type { Identity } from '../caller.js';
import { type ApiKeyToken, isSameHash, parseToken } from '../domain/api-key.js';
import type { ApiKey } from './api-key.js';
import { KeysRepository } from './keys.repository.js';

/** Accuracy of `last_used_at`, in milliseconds. */
const USE_MARK_MS = 60_000;
const BEARER = /^bearer +(\S+)$/i;

/** A cached key and the identity of its bearer. */
export interface KnownKey {
  readonly key: ApiKey;
  readonly identity: Identity;
}

/**
 * Authorization headers kept in memory with their parsed tokens. Longer headers are not kept, because padding could
 * make each as long as a header may be.
 */
const MAX_PARSED = 1000;
const MAX_PARSED_LENGTH = 128;
/** Keys whose last use is kept in memory. */
const MAX_MARKED = 10_000;

/** A parsed token with the id of its key. */
interface Token extends ApiKeyToken {
  readonly uuid: Uuid;
}

/** Identifies callers by their API keys. Every process refuses a revoked key within a second. */
@Injectable()
export class KeyRing {
  private readonly keys: BriefCache<KnownKey>;
  private readonly usedAtMs = boundedCache<string, number>(MAX_MARKED);
  /** Parsed tokens by header: parsing and hashing would otherwise be the most expensive part of the check. */
  private readonly parsed = boundedCache<string, Token>(MAX_PARSED);

  constructor(
    private readonly repository: KeysRepository,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {
    this.keys = new BriefCache(async (ids) => {
      const found = await this.repository.findMany(ids);
      return new Map(found.map((key) => [key.id, toKnown(key)]));
    }, clock);
  }

  /**
   * @param authorization the Authorization header
   * @throws Unauthenticated; the promise rejects with the same error
   */
  identify(authorization: string | undefined): Identity | Promise<Identity> {
    if (authorization === undefined) throw new ApiKeyMissing();
    const parsed = this.parsed.get(authorization);
    const token = parsed ?? tokenOf(authorization);
    const known = this.keys.get(token.uuid);
    if (known instanceof Promise) return known.then((late) => this.verify(late, token));
    const identity = this.verify(known, token);
    if (parsed === undefined && authorization.length <= MAX_PARSED_LENGTH) this.parsed.set(authorization, token);
    return identity;
  }

  /**
   * Finds the key of a session that was made with it.
   *
   * @throws Unauthenticated if the key is no longer valid; the promise rejects with the same error
   */
  find(id: Uuid): KnownKey | Promise<KnownKey> {
    const known = this.keys.get(id);
    return known instanceof Promise ? known.then((late) => this.valid(late)) : this.valid(known);
  }

  /** Must be called after this process has changed the key. */
  forget(id: string): void {
    this.keys.forget(id);
  }

  private verify(known: KnownKey | null, token: Token): Identity {
    const isSame = known !== null && isSameHash(known.key.secretHash, token.secretHash);
    return this.valid(isSame ? known : null).identity;
  }

  private valid(known: KnownKey | null): KnownKey {
    if (known === null) throw new Unauthenticated('This API key is unknown or revoked.');
    const { expiresAt } = known.key;
    const nowMs = this.clock.nowMs();
    if (expiresAt !== null && expiresAt.getTime() <= nowMs) {
      throw new Unauthenticated(`This API key expired at ${expiresAt.toISOString()}.`);
    }
    this.markUsed(known.key, nowMs);
    return known;
  }

  private markUsed({ id, lastUsedAt }: ApiKey, nowMs: number): void {
    const usedAtMs = Math.max(this.usedAtMs.get(id) ?? 0, lastUsedAt?.getTime() ?? 0);
    if (nowMs - usedAtMs < USE_MARK_MS) return;
    this.usedAtMs.set(id, nowMs);
    this.repository.markUsed(id).catch((error: unknown) => {
      this.logger.debug({ err: error }, 'key.last_used_update_failed');
    });
  }
}

/** Whether an Authorization header may hold a right key, which only a look-up tells. */
export function isWellFormedKey(authorization: string | undefined): boolean {
  return parseToken(BEARER.exec(authorization ?? '')?.[1] ?? '') !== null;
}

/** @throws Unauthenticated */
function tokenOf(authorization: string): Token {
  const token = parseToken(BEARER.exec(authorization)?.[1] ?? '');
  if (token === null) throw new Unauthenticated('The Authorization header contains no valid API key.');
  return { ...token, uuid: parsePublicId(token.id, 'key').uuid };
}

function toKnown(key: ApiKey): KnownKey {
  return { key, identity: { keyId: key.id, role: key.role, tenantId: key.tenantId } };
}
