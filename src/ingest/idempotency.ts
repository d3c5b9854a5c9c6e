import { Injectable } from '@nestjs/common';
import { InvalidInput } from '../shared/errors/domain-error.js';
import { LIMITS } from '../shared/limits.js';
import { IdempotencyKeyInUse, IdempotencyKeyReused } from './ingest.errors.js';
import { IngestRepository, type StoredRequest } from './ingest.repository.js';

/** The form of an Idempotency-Key. */
export const IDEMPOTENCY_KEY_FORM = new RegExp(`^[\\x21-\\x7e]{1,${LIMITS.idempotencyKeyLength}}$`);

/** A request under an Idempotency-Key. */
export interface KeyedRequest {
  readonly tenantId: string;
  readonly key: string;
  readonly fingerprint: Buffer;
}

/** What a keyed request leads to: its own outcome, or that of the one that came first. */
export type KeyedOutcome<T> = { readonly first: T } | { readonly replayed: StoredRequest };

/** Lets a publisher repeat a request without publishing twice. */
@Injectable()
export class Idempotency {
  private readonly running = new Set<string>();

  constructor(private readonly repository: IngestRepository) {}

  /**
   * Runs `publish` unless a request with that key was accepted before.
   *
   * @param publish returns null when another process was faster and took the key
   * @throws InvalidInput for a key that can't be one; IdempotencyKeyInUse while the first request runs;
   *   IdempotencyKeyReused when the first request was another one
   */
  async run<T>(request: KeyedRequest, publish: () => Promise<T | null>): Promise<KeyedOutcome<T>> {
    if (!IDEMPOTENCY_KEY_FORM.test(request.key)) {
      const detail = `must be 1 to ${LIMITS.idempotencyKeyLength} printable ASCII characters without blanks`;
      throw new InvalidInput([{ pointer: 'Idempotency-Key', detail }]);
    }
    const name = `${request.tenantId}/${request.key}`;
    if (this.running.has(name)) throw new IdempotencyKeyInUse();
    this.running.add(name);
    try {
      const earlier = await this.replay(request);
      if (earlier !== null) return earlier;
      const first = await publish();
      const replayed = first === null ? await this.replay(request) : null;
      if (replayed !== null) return replayed;
      if (first === null) throw new IdempotencyKeyInUse();
      return { first };
    } finally {
      this.running.delete(name);
    }
  }

  private async replay({ tenantId, key, fingerprint }: KeyedRequest): Promise<{ replayed: StoredRequest } | null> {
    const stored = await this.repository.findRequest(tenantId, key);
    if (stored === null) return null;
    if (!stored.fingerprint.equals(fingerprint)) throw new IdempotencyKeyReused();
    return { replayed: stored };
  }
}
