import type { Fault, Finding, Run } from '../fault.js';
import { atMost, isTrue, redeliveries } from '../figures.js';
import { LEASE_SECONDS, type Rig } from '../rig.js';

/** The workers take turns, so that one works while the other dies. */
const inTurn = (rig: Rig, round: number) => rig.workers[round % rig.workers.length]!;

/** From the end of the lease to the next request. */
const MAX_LATE_SECONDS = 2;

export const workerDies: Fault = {
  number: 1,
  name: 'worker dies',
  // Slow enough that one worker of a slow machine keeps up while the other starts; otherwise all would wait.
  full: { events: 10_000, perSecond: 60, rounds: 20 },
  short: { events: 300, perSecond: 100, rounds: 2 },
  async harm(rig, rounds) {
    for (let round = 0; round < rounds; round += 1) {
      const worker = inTurn(rig, round);
      await rig.pause(rounds > 2 ? 4 : 1.5);
      await rig.ending(() => worker.kill());
      await worker.start();
    }
  },
  findings(run) {
    const all = redeliveries(run);
    const longestMs = (chosen: typeof all): number =>
      Math.max(0, ...chosen.map(({ lateMs, scatterMs }) => lateMs - scatterMs));
    const [first, again] = [
      all.filter(({ scatterMs }) => scatterMs === 0),
      all.filter(({ scatterMs }) => scatterMs > 0),
    ];
    return [
      isTrue('attempts were cut short', first.length > 0, `${first.length}, ${again.length} of them again`),
      atMost("redelivery after the lease's end", longestMs(first) / 1000, MAX_LATE_SECONDS, 's'),
      atMost('of what was cut short before, after its scatter', longestMs(again) / 1000, MAX_LATE_SECONDS, 's'),
    ];
  },
};

export const zombieWorker: Fault = {
  number: 14,
  name: 'zombie worker',
  full: { events: 3000, perSecond: 150, rounds: 3 },
  short: { events: 300, perSecond: 100, rounds: 2 },
  hasZombies: true,
  async harm(rig, rounds) {
    for (let round = 0; round < rounds; round += 1) {
      const worker = inTurn(rig, round);
      // Gives it something to have in flight.
      await rig.pause(1);
      await rig.holding(async () => {
        worker.freeze();
        await rig.pause(LEASE_SECONDS + 2);
        worker.thaw();
      });
    }
  },
  findings: (run) => [lateResultsAreFenced(run)],
};

/** A late result keeps its row and decides nothing: the delivery ended with an attempt of a higher number. */
function lateResultsAreFenced({ evidence: { attempts, finished } }: Run): Finding {
  const late = attempts.filter(({ isLate }) => isLate);
  const attemptsOf = new Map(finished.map(({ id, attemptCount }) => [id, attemptCount]));
  const decisive = late.filter(({ deliveryId, number }) => (attemptsOf.get(deliveryId) ?? Infinity) <= number);
  const figure = `${late.length} came late, ${decisive.length} of them decided`;
  return isTrue('late results came, and were fenced', late.length > 0 && decisive.length === 0, figure);
}
