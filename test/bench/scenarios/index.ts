import type { Scenario } from '../scenario.js';
import { backlog } from './backlog.js';
import { endurance } from './endurance.js';
import { failing } from './failing.js';
import { fanoutWide } from './fanout-wide.js';
import { history } from './history.js';
import { idle } from './idle.js';
import { neighbour } from './neighbour.js';
import { publishers } from './publishers.js';
import { rates } from './rates.js';
import { search } from './search.js';
import { fanout, modest, single, steady } from './throughput.js';
import { workers } from './workers.js';

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  single,
  fanout,
  'fanout-wide': fanoutWide,
  steady,
  modest,
  rates,
  publishers,
  idle,
  failing,
  neighbour,
  backlog,
  history,
  search,
  endurance,
  workers,
};
