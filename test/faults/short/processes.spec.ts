import { brokenBy, TIMEOUT_MS } from './short-faults.js';

/** Real: PostgreSQL, Redis, an API, two workers, a receiver and a publisher, each its own process for each fault. */

describe('when processes of the service end', () => {
  it.each([
    [1, 'a worker dies'],
    [2, 'the API dies while it accepts'],
    [25, 'an API dies that is also a worker'],
  ] as [number, string][])(
    'no invariant is broken by fault %i: %s',
    async (number) => {
      expect(await brokenBy(number)).toEqual([]);
    },
    TIMEOUT_MS,
  );
});
