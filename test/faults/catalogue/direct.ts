import type { Fault, Finding, Run } from '../fault.js';
import { isTrue } from '../figures.js';
import { deploy } from './api.js';
import { postgresCrashes } from './postgres.js';

/** Faults of a process that is API and worker, and sends what it accepts from memory. Two workers run beside it. */
const ground = { isApiAlsoWorker: true };

/** Most deliveries leave no job, because they were handed over. */
function wasHandedOver({ evidence: { attempts } }: Run): Finding {
  const cutShort = attempts.filter(({ errorCode, number }) => errorCode === 'abandoned' && number === 1).length;
  return isTrue('first attempts were cut short', cutShort > 0, `${cutShort}`);
}

export const directWorkerDies: Fault = {
  number: 25,
  name: 'API that is also worker dies',
  full: { events: 6000, perSecond: 100, rounds: 12 },
  short: { events: 300, perSecond: 100, rounds: 2 },
  ground,
  insists: true,
  async harm(rig, rounds) {
    for (let round = 0; round < rounds; round += 1) {
      await rig.pause(1.5);
      await rig.ending(() => rig.api.kill());
      await rig.api.start();
    }
  },
  findings: (run) => [wasHandedOver(run)],
};

export const postgresCrashesUnderDirect: typeof postgresCrashes = {
  ...postgresCrashes,
  number: 26,
  name: 'PostgreSQL crash, direct hand-over',
  full: { ...postgresCrashes.full, events: 3000, rounds: 3 },
  ground,
};

export const directDeploy: typeof deploy = {
  ...deploy,
  number: 27,
  name: 'deploy, direct hand-over',
  full: { ...deploy.full, events: 3000, rounds: 6 },
  ground,
};
