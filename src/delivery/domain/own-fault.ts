/** Why a delivery could not even be tried, by a fault of this service or of what is around it. */
export type OwnFault = 'encryption_key' | 'resolver' | 'egress_proxy' | 'descriptors' | 'memory' | 'ports';

/** Short, to go on within seconds of the cause's end; random, so that deliveries that failed together spread out. */
const SHORTEST_WAIT_MS = 5000;
const LONGEST_WAIT_MS = 15_000;

/** @param chance from 0 to just below 1 */
export function postponedByMs(chance: number): number {
  return Math.round(SHORTEST_WAIT_MS + chance * (LONGEST_WAIT_MS - SHORTEST_WAIT_MS));
}
