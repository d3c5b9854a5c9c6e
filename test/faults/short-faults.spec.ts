import { FAULTS } from './catalogue/index.js';
import { runFault } from './run-fault.js';

/** Real: PostgreSQL, Redis, an API, two workers, a receiver and a publisher as processes of their own for each fault. */

const SEED = 1;
const TIMEOUT_MS = 150_000;

describe('the invariants hold in the short form of fault', () => {
  it.each(FAULTS.filter(({ short }) => short !== undefined).map((fault) => [`${fault.number}, ${fault.name}`, fault]))(
    '%s',
    async (_, fault) => {
      const { broken, findings, lost, accepted } = await runFault(fault, fault.short!, SEED);

      expect(broken).toEqual([]);
      // Times and sizes are judged by the full run, on a machine that does nothing else.
      expect(findings.filter(({ holds, isMeasured }) => !holds && !isMeasured)).toEqual([]);
      expect(lost).toBe(0);
      expect(accepted).toBeGreaterThan(fault.short!.events / 2);
    },
    TIMEOUT_MS,
  );

  it('of each fault that is to be run with the tests', () => {
    const short = FAULTS.filter((fault) => fault.short !== undefined).map((fault) => fault.number);
    expect(short).toEqual([1, 2, 4, 5, 11, 14, 15, 20]);
  });
});
