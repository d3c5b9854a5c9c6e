import type { Fault, Run } from '../fault.js';
import { atMost, isTrue, refusalCounts } from '../figures.js';
import { now } from '../child.js';
import type { Rig } from '../rig.js';

/** When PostgreSQL served again, in one run. */
const servedAgainAt = new WeakMap<Rig, number[]>();

/** Longest time, in seconds, from a moment to the next event that was accepted. */
function longestHealing({ rig, accepted }: Run): number {
  const times = accepted.map(({ atMs }) => atMs).sort((a, b) => a - b);
  const healed = (servedAgainAt.get(rig) ?? []).map((at) => (times.find((time) => time > at) ?? Infinity) - at);
  return Math.max(0, ...healed) / 1000;
}

function refusedOnlyBy503(run: Run) {
  const others = run.refusals.filter(({ status }) => status !== 503);
  return isTrue('publishers see 503 and nothing else', others.length === 0, refusalCounts(run));
}

export const postgresCrashes: Fault = {
  number: 11,
  name: 'PostgreSQL crash',
  full: { events: 6000, perSecond: 150, rounds: 5 },
  short: { events: 300, perSecond: 100, rounds: 1 },
  async harm(rig, rounds) {
    const times: number[] = [];
    servedAgainAt.set(rig, times);
    for (let round = 0; round < rounds; round += 1) {
      await rig.pause(rounds > 1 ? 5 : 1.5);
      await rig.noteInFlight();
      await rig.postgres.crash();
      await rig.postgres.restart();
      times.push(now());
    }
  },
  findings: (run) => [refusedOnlyBy503(run), atMost('pools heal', longestHealing(run), 5, 's')],
};
