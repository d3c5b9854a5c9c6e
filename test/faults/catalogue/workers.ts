import type { Fault } from '../fault.js';
import { atMost, redeliveriesMs } from '../figures.js';
import { LEASE_SECONDS, type Rig } from '../rig.js';

/** Both in turns, so that one works while the other dies. */
const inTurn = (rig: Rig, round: number) => rig.workers[round % rig.workers.length]!;

export const workerDies: Fault = {
  number: 1,
  name: 'worker dies',
  full: { events: 10_000, perSecond: 100, rounds: 20 },
  short: { events: 300, perSecond: 100, rounds: 1 },
  async harm(rig, rounds) {
    for (let round = 0; round < rounds; round += 1) {
      const worker = inTurn(rig, round);
      await rig.pause(rounds > 1 ? 4 : 1.5);
      await worker.kill();
      await rig.noteInFlight();
      await worker.start();
    }
  },
  findings(run) {
    const longestMs = Math.max(0, ...redeliveriesMs(run));
    return [atMost('redelivery after lease', longestMs / 1000, LEASE_SECONDS + 2, 's')];
  },
};

export const zombieWorker: Fault = {
  number: 14,
  name: 'zombie worker',
  full: { events: 3000, perSecond: 150, rounds: 3 },
  short: { events: 300, perSecond: 100, rounds: 1 },
  hasZombies: true,
  async harm(rig, rounds) {
    for (let round = 0; round < rounds; round += 1) {
      const worker = inTurn(rig, round);
      worker.freeze();
      await rig.noteInFlight();
      await rig.pause(LEASE_SECONDS + 2);
      worker.thaw();
      await rig.pause(1);
    }
  },
};
