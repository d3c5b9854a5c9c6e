import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { parsePublicId } from '../../shared/ids/public-id.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import { Logger } from '../../shared/logging/logger.js';
import { Clock } from '../../shared/time/clock.js';
import { Unauthenticated } from '../access.errors.js';
import { BriefCache } from '../brief-cache.js';
import type { Identity } from '../caller.js';
import { type ApiKeyToken, isSameHash, parseToken } from '../domain/api-key.js';
import type { ApiKey } from './api-key.js';
import { KeysRepository } from './keys.repository.js';

/** `last_used_at` is no more exact than this, in milliseconds. */
const USE_MARK_MS = 60_000;
const BEARER = /^bearer +(\S+)$/i;
const HOW = 'Send an API key: Authorization: Bearer whk_…';

/** A key as it is known here, and who it makes of its bearer. */
interface KnownKey {
  readonly key: ApiKey;
  readonly identity: Identity;
}

/**
 * Headers that let somebody in lately, and what they say. The usual form alone: blanks could make each as long as a
 * header may be.
 */
const MAX_PROVEN = 1000;
const MAX_PROVEN_LENGTH = 128;
/** Keys whose last use is remembered here, until it has been stored and read again. */
const MAX_MARKED = 10_000;

/** A token, and the id of its key. */
interface Token extends ApiKeyToken {
  readonly uuid: Uuid;
}

/** Tells who calls, by the API key of a request. A revoked key is refused within a second in every process. */
@Injectable()
export class KeyRing {
  private readonly keys: BriefCache<KnownKey>;
  private readonly usedAtMs = new LRUCache<string, number>({ max: MAX_MARKED });
  /** To parse and hash the same header again with each request would take longer than all else that is asked of it. */
  private readonly proven = new LRUCache<string, Token>({ max: MAX_PROVEN });

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
   * @param authorization the header of that name
   * @throws Unauthenticated
   */
  identify(authorization: string | undefined): Identity | Promise<Identity> {
    if (authorization === undefined) throw new Unauthenticated(`There is no API key. ${HOW}`);
    const proven = this.proven.get(authorization);
    const token = proven ?? tokenOf(authorization);
    const known = this.keys.get(token.uuid);
    if (known instanceof Promise) return known.then((late) => this.judge(late, token));
    const identity = this.judge(known, token);
    if (proven === undefined && authorization.length <= MAX_PROVEN_LENGTH) this.proven.set(authorization, token);
    return identity;
  }

  /** After a change that this process made itself. */
  forget(id: string): void {
    this.keys.forget(id);
  }

  private judge(known: KnownKey | null, token: Token): Identity {
    if (known === null || !isSameHash(known.key.secretHash, token.secretHash)) {
      throw new Unauthenticated(`This API key is not known, or not any more. ${HOW}`);
    }
    const { expiresAt } = known.key;
    const nowMs = this.clock.nowMs();
    if (expiresAt !== null && expiresAt.getTime() <= nowMs) {
      throw new Unauthenticated(`This API key ended at ${expiresAt.toISOString()}. ${HOW}`);
    }
    this.markUsed(known.key, nowMs);
    return known.identity;
  }

  private markUsed({ id, lastUsedAt }: ApiKey, nowMs: number): void {
    const usedAtMs = Math.max(this.usedAtMs.get(id) ?? 0, lastUsedAt?.getTime() ?? 0);
    if (nowMs - usedAtMs < USE_MARK_MS) return;
    this.usedAtMs.set(id, nowMs);
    this.repository.markUsed(id).catch((error: unknown) => {
      this.logger.debug({ err: error }, 'key.use_not_marked');
    });
  }
}

/** @throws Unauthenticated */
function tokenOf(authorization: string): Token {
  const token = parseToken(BEARER.exec(authorization)?.[1] ?? '');
  if (token === null) throw new Unauthenticated(`That is no API key. ${HOW}`);
  return { ...token, uuid: parsePublicId(token.id, 'key').uuid };
}

function toKnown(key: ApiKey): KnownKey {
  return { key, identity: { keyId: key.id, role: key.role, tenantId: key.tenantId } };
}
