import { Injectable } from '@nestjs/common';
import { IdempotencyKeyInUse, IdempotencyKeyReused } from './ingest.errors.js';
import { IngestRepository, type StoredRequest } from './ingest.repository.js';

/** A request with a valid Idempotency-Key. */
export interface KeyedRequest {
  readonly tenantId: string;
  readonly key: string;
  readonly fingerprint: Buffer;
}

/** Outcome of a keyed request: its own, or that of the first request with its key. */
export type KeyedOutcome<T> = { readonly first: T } | { readonly replayed: StoredRequest };

/** Lets publishers repeat a request without publishing the event twice. */
@Injectable()
export class Idempotency {
  private readonly running = new Set<string>();

  constructor(private readonly repository: IngestRepository) {}

  /**
   * Runs `publish`, unless a request with the key was accepted before.
   *
   * @param publish returns null when another process has taken the key in the meantime
   * @throws IdempotencyKeyInUse while the first request with the key runs;
   *   IdempotencyKeyReused when the first request was different
   */
  async run<T>(request: KeyedRequest, publish: () => Promise<T | null>): Promise<KeyedOutcome<T>> {
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
