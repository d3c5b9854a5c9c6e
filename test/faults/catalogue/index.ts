import type { Fault } from '../fault.js';
import { apiDies, deploy, everythingDies } from './api.js';
import { workerDies, zombieWorker } from './workers.js';
import { postgresCrashes } from './postgres.js';
import { redisFlushed } from './redis.js';

/** All faults, by number. */
export const FAULTS: readonly Fault[] = [
  workerDies,
  apiDies,
  everythingDies,
  redisFlushed,
  postgresCrashes,
  zombieWorker,
  deploy,
].toSorted((a, b) => a.number - b.number);
