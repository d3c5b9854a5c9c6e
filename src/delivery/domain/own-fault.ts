/** A fault of this service or its surroundings that kept a delivery from being sent. */
export const OWN_FAULTS = ['encryption_key', 'resolver', 'egress_proxy', 'descriptors', 'memory', 'ports'] as const;
export type OwnFault = (typeof OWN_FAULTS)[number];

/** Short, so that deliveries continue soon after the fault is gone; random, so that they do not all return at once. */
const SHORTEST_WAIT_MS = 5000;
const LONGEST_WAIT_MS = 15_000;

/** @param chance random number from 0 to just below 1 */
export function postponeDelayMs(chance: number): number {
  return Math.round(SHORTEST_WAIT_MS + chance * (LONGEST_WAIT_MS - SHORTEST_WAIT_MS));
}
