import { brokenBy, TIMEOUT_MS } from './short-faults.js';

/** Real: PostgreSQL, Redis, an API, two workers, a receiver and a publisher, processes of their own for each fault. */

describe('when what the service leans on fails', () => {
  it.each([
    [5, 'Redis is flushed'],
    [11, 'PostgreSQL crashes'],
  ] as [number, string][])(
    'no invariant is broken by fault %i: %s',
    async (number) => {
      expect(await brokenBy(number)).toEqual([]);
    },
    TIMEOUT_MS,
  );
});
