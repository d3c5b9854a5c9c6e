import { describe, expect, it } from 'vitest';
import { unhealthyChecks } from './unhealthy-checks';

describe('the health of the service', () => {
  it('is told by what is not up', () => {
    const details = {
      postgresql: { status: 'up' },
      queue: { status: 'degraded', message: 'no answer' },
      clock: { status: 'down' },
    };

    expect(unhealthyChecks({ status: 'degraded', info: {}, error: {}, details })).toEqual([
      { name: 'The queue in Redis', text: 'is degraded: no answer' },
      { name: 'clock', text: 'is down.' },
    ]);
    expect(unhealthyChecks(null)).toEqual([]);
  });
});
