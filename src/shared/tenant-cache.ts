import { Shares } from './shares.js';

interface Kept<Value> {
  readonly value: Value;
  readonly bytes: number;
  readonly atMs: number;
}

/**
 * Caches values by tenant and key, within a limit of total size. A tenant that exceeds its share evicts its own oldest
 * values, never those of others. Expired values are removed.
 */
export class TenantCache<Value> {
  /** Values of each tenant, oldest first. */
  private readonly tenants = new Map<string, Map<string, Kept<Value>>>();
  private readonly shares: Shares;
  private prunedAtMs: number;

  constructor(
    private readonly limits: {
      /** Maximum size of all values together, and of one. */
      readonly bytes: number;
      readonly bytesEach: number;
      /** Values older than this are removed. */
      readonly lifeMs: number;
    },
    private readonly monotonicMs: () => number,
  ) {
    this.shares = new Shares(limits.bytes);
    this.prunedAtMs = monotonicMs();
  }

  /** May return an expired value; the caller must check. */
  get(tenantId: string, key: string): Value | undefined {
    return this.tenants.get(tenantId)?.get(key)?.value;
  }

  /** @returns false if the value is too large to be kept, or others of the tenant had to be evicted for it */
  set(tenantId: string, key: string, value: Value, bytes: number): boolean {
    this.prune();
    const own = this.tenants.get(tenantId) ?? new Map<string, Kept<Value>>();
    this.drop(tenantId, own, key);
    if (bytes > this.limits.bytesEach) return false;
    let isRoomy = true;
    while (!this.shares.take(tenantId, bytes)) {
      isRoomy = false;
      const [oldest] = own.keys();
      if (oldest === undefined) return false;
      this.drop(tenantId, own, oldest);
    }
    own.set(key, { value, bytes, atMs: this.monotonicMs() });
    this.tenants.set(tenantId, own);
    return isRoomy;
  }

  /** Size of all values together. */
  get bytes(): number {
    let sum = 0;
    for (const tenantId of this.tenants.keys()) sum += this.shares.heldBy(tenantId);
    return sum;
  }

  /** Removes expired values, at most once per lifetime. Runs only when a value is added, since nothing else grows. */
  private prune(): void {
    const nowMs = this.monotonicMs();
    if (nowMs - this.prunedAtMs < this.limits.lifeMs) return;
    this.prunedAtMs = nowMs;
    for (const [tenantId, own] of this.tenants) {
      for (const [key, { atMs }] of own) {
        if (nowMs - atMs < this.limits.lifeMs) break;
        this.drop(tenantId, own, key);
      }
      if (own.size === 0) this.tenants.delete(tenantId);
    }
  }

  private drop(tenantId: string, own: Map<string, Kept<Value>>, key: string): void {
    const kept = own.get(key);
    if (kept === undefined) return;
    own.delete(key);
    this.shares.giveBack(tenantId, kept.bytes);
  }
}
