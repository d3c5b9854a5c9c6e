/** These begin before all others: one that began last would run alone at the end. */
const LONGEST = [
  'faults/short/processes',
  'e2e/processes',
  'walks/local-start',
  'e2e/own-faults',
  'e2e/clients',
  'faults/short/servers',
  'walks/with-keys',
  'e2e/encryption-keys',
  'e2e/live-view-faults',
  'e2e/several-processes',
  'e2e/bench',
  'e2e/stats',
  'e2e/unread-answers',
  'e2e/stats-after-kills',
  'e2e/lowest-versions',
  'e2e/test-event-memory',
  'e2e/replays-after-kills',
];
/** These mostly wait. They stand between those that compute, the longest first, so that the cores are never idle. */
const WAITING = [
  'contract/bull-faults',
  'e2e/redis-topologies',
  'e2e/test-events',
  'integration/host-resolver',
  'e2e/starting',
  'e2e/wrong-clocks',
  'e2e/json-lines',
  'e2e/slow-clients',
  'integration/local-servers',
  'e2e/lost-servers',
  'e2e/access-starting',
  'e2e/live-view',
  'contract/delivery-queue',
  'e2e/monitoring',
  'e2e/hanging-receivers',
  'e2e/subscription-health',
];
/** These compute, or PostgreSQL does. Others call processes of the service, and wait for them now and then. */
const STORING = ['integration', 'contract'];

/** Orders the suites of a run; the other methods are what Jest asks of a sequencer. */
export default class LongestFirst {
  sort(tests) {
    const ordered = tests.toSorted((a, b) => rankOf(a) - rankOf(b) || sizeOf(b) - sizeOf(a));
    const { first = [], waiting = [], calling = [], storing = [], unit = [] } = Object.groupBy(ordered, kindOf);
    return [...first, ...spread(spread(waiting, calling), spread(storing, unit))];
  }

  allFailedTests(tests) {
    return tests;
  }

  cacheResults() {}

  shard(tests) {
    return tests;
  }
}

/** Puts tests that compute between those that wait, so that they take the time that the others leave. */
function spread(waiting, computing) {
  if (waiting.length === 0) return computing;
  const upTo = (n) => Math.round((n / waiting.length) * computing.length);
  return waiting.flatMap((test, n) => [test, ...computing.slice(upTo(n), upTo(n + 1))]);
}

function kindOf(test) {
  if (placeIn(LONGEST, test) !== -1) return 'first';
  if (placeIn(WAITING, test) !== -1) return 'waiting';
  if (projectOf(test) === 'unit') return 'unit';
  return STORING.includes(projectOf(test)) ? 'storing' : 'calling';
}

function rankOf(test) {
  return placeIn([...LONGEST, ...WAITING], test);
}

/** @returns -1 if it is not in the list */
function placeIn(names, { path }) {
  return names.findIndex((name) => path.endsWith(`/${name}.spec.ts`));
}

function projectOf({ context }) {
  return context.config.displayName.name;
}

function sizeOf({ path, context }) {
  return context.hasteFS?.getSize(path) ?? 0;
}
