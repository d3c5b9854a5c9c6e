import { Shares } from './shares.js';

interface Kept<Value> {
  readonly value: Value;
  readonly bytes: number;
  readonly atMs: number;
}

/**
 * Values by tenant and key, bounded by what all of them weigh. No tenant holds more than its share: whoever looks up
 * more than that pushes out what it has kept longest itself, and nothing of the others'. What is past its time goes.
 */
export class TenantCache<Value> {
  /** The values of a tenant in the order in which they came: whatever is over is in front. */
  private readonly tenants = new Map<string, Map<string, Kept<Value>>>();
  private readonly shares: Shares;
  private prunedAtMs: number;

  constructor(
    private readonly limits: {
      /** Most that all of them weigh, and one of them. */
      readonly bytes: number;
      readonly bytesEach: number;
      /** Longest time that one is of any use. */
      readonly lifeMs: number;
    },
    private readonly monotonicMs: () => number,
  ) {
    this.shares = new Shares(limits.bytes);
    this.prunedAtMs = monotonicMs();
  }

  /** Whether it is past its time is for the caller to judge. */
  get(tenantId: string, key: string): Value | undefined {
    return this.tenants.get(tenantId)?.get(key)?.value;
  }

  /** @returns whether it is kept, and nothing else had to go for it */
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

  /** What all of them weigh. */
  get bytes(): number {
    let sum = 0;
    for (const tenantId of this.tenants.keys()) sum += this.shares.heldBy(tenantId);
    return sum;
  }

  /** Now and then, since nothing is in a hurry: without a new value, nothing grows. */
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
