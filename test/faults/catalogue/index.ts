import type { Fault } from '../fault.js';
import { apiDies, deploy, everythingDies } from './api.js';
import { faultyDns, shiftedClocks } from './clock-and-dns.js';
import { receiverMoves } from './moving.js';
import { directDeploy, directWorkerDies, postgresCrashesUnderDirect } from './direct.js';
import { poisonEvents } from './poison.js';
import {
  diskFull,
  postgresCrashes,
  postgresFrozen,
  postgresHalfOpen,
  primaryDemoted,
  sessionsKilled,
} from './postgres.js';
import { deadReceiver, nastyReceivers } from './receivers.js';
import { redisFlushed, redisFrozen, redisFull, redisGone, redisHalfOpen, scriptsLost, wrongPolicy } from './redis.js';
import { workerDies, zombieWorker } from './workers.js';

/** All faults, by number. */
export const FAULTS: readonly Fault[] = [
  workerDies,
  apiDies,
  everythingDies,
  redisFrozen,
  redisFlushed,
  redisGone,
  scriptsLost,
  redisFull,
  wrongPolicy,
  redisHalfOpen,
  postgresCrashes,
  sessionsKilled,
  postgresFrozen,
  zombieWorker,
  nastyReceivers,
  deadReceiver,
  diskFull,
  shiftedClocks,
  faultyDns,
  deploy,
  poisonEvents,
  postgresHalfOpen,
  primaryDemoted,
  receiverMoves,
  directWorkerDies,
  postgresCrashesUnderDirect,
  directDeploy,
];
