import type { WakeUp } from '../../src/delivery/domain/wake-up.js';
import type { Lanes } from '../../src/delivery/engine/lanes/lanes.js';

let made = 0;

/** A wake-up for a subscription, written as `tenant/name`, or as `name` for the tenant `t`. */
export function aWakeUp(subscriptionId = 'a'): WakeUp {
  return { id: `d${(made += 1)}`, attemptCount: 0, ...laneKey(subscriptionId) };
}

export function laneKey(subscriptionId: string): Pick<WakeUp, 'subscriptionId' | 'tenantId'> {
  const [tenantId = '', name] = subscriptionId.split('/');
  return { subscriptionId, tenantId: name === undefined ? 't' : tenantId };
}

/** @returns how many of `count` deliveries the lane accepted */
export function admit(lanes: Lanes, count: number, subscriptionId = 'a', nowMs = 0): number {
  return Array.from({ length: count }, () => lanes.admit(aWakeUp(subscriptionId), nowMs)).filter(Boolean).length;
}

/** Takes one request of a lane from its admission to the record of its outcome. */
export function request(lanes: Lanes, subscriptionId = 'a', { isWell = true, most = 100, durationMs = 1 } = {}): void {
  admit(lanes, 1, subscriptionId);
  lanes.takeReady();
  lanes.start(subscriptionId, most, 0)(durationMs, isWell);
  lanes.freeSlot(subscriptionId, 'queued');
}

export function names(count: number, prefix: string): string[] {
  return Array.from({ length: count }, (_, n) => `${prefix}${n}`);
}
