/**
 * These begin before all others: one that began last would run alone at the end. Those that mostly wait stand between
 * those that compute, so that the cores are never idle.
 */
const LONGEST = [
  'faults/short/processes',
  'e2e/processes',
  'faults/short/servers',
  'walks/local-start',
  'e2e/own-faults',
  'e2e/clients',
  'walks/with-keys',
  'e2e/encryption-keys',
  'e2e/live-view-faults',
  'e2e/several-processes',
  'e2e/bench',
  'e2e/stats-after-kills',
  'e2e/stats',
  'contract/bull-faults',
  'e2e/access-starting',
  'e2e/lost-servers',
  'integration/host-resolver',
  'e2e/redis-topologies',
  'e2e/slow-clients',
  'fuzz/generated-requests',
  'contract/delivery-queue',
  'integration/local-servers',
  'e2e/starting',
];
/** Then by project, since one kind of test takes longer than another, and by size. */
const PROJECTS = ['long', 'walks', 'e2e', 'faults', 'integration', 'contract', 'unit'];

/** Orders the suites of a run; the other methods are what Jest asks of a sequencer. */
export default class LongestFirst {
  sort(tests) {
    const ordered = tests.toSorted((a, b) => rankOf(a) - rankOf(b) || sizeOf(b) - sizeOf(a));
    return spread(
      ordered.filter((test) => projectOf(test) !== 'unit'),
      ordered.filter((test) => projectOf(test) === 'unit'),
    );
  }

  allFailedTests(tests) {
    return tests;
  }

  cacheResults() {}

  shard(tests) {
    return tests;
  }
}

/** Puts tests that never wait between those that do, so that they take the time that the others leave. */
function spread(waiting, computing) {
  if (waiting.length === 0) return computing;
  const upTo = (n) => Math.round((n / waiting.length) * computing.length);
  return waiting.flatMap((test, n) => [test, ...computing.slice(upTo(n), upTo(n + 1))]);
}

function rankOf(test) {
  const index = LONGEST.findIndex((name) => test.path.endsWith(`/${name}.spec.ts`));
  return index === -1 ? LONGEST.length + PROJECTS.indexOf(projectOf(test)) : index;
}

function projectOf({ context }) {
  return context.config.displayName.name;
}

function sizeOf({ path, context }) {
  return context.hasteFS?.getSize(path) ?? 0;
}
