import type { Fault } from '../fault.js';
import { atMost, lagsMs } from '../figures.js';

export const redisFlushed: Fault = {
  number: 5,
  name: 'Redis flushed',
  full: { events: 10_000, perSecond: 300, rounds: 5 },
  short: { events: 300, perSecond: 100, rounds: 2 },
  async harm(rig, rounds) {
    for (let round = 0; round < rounds; round += 1) {
      await rig.pause(rounds > 2 ? 5 : 1);
      await rig.redis.command('FLUSHALL');
    }
  },
  findings: (run) => [atMost('lag', Math.max(0, ...lagsMs(run)) / 1000, 35, 's')],
};
