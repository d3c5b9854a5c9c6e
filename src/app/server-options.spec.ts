import { LIMITS } from '../shared/limits.js';
import { serverOptions } from './server-options.js';

describe('the options of a server', () => {
  it('limit the time for headers, to no more than the time for the whole request', () => {
    const headersSeconds = (requestTimeout: number): number => serverOptions({ requestTimeout }).headersTimeout! / 1000;
    expect([30, 10, 2].map(headersSeconds)).toEqual([LIMITS.headersSeconds, LIMITS.headersSeconds, 2]);
    expect(serverOptions({ requestTimeout: 30 }).requestTimeout).toBe(30_000);
  });
});
