import { LIMITS } from '../shared/limits.js';
import { serverOptions } from './server-options.js';

describe('what a server holds its clients to', () => {
  it('is so long for the headers, and never longer than for the whole request', () => {
    const headersSeconds = (requestTimeout: number): number => serverOptions({ requestTimeout }).headersTimeout! / 1000;
    expect([30, 10, 2].map(headersSeconds)).toEqual([LIMITS.headersSeconds, LIMITS.headersSeconds, 2]);
    expect(serverOptions({ requestTimeout: 30 }).requestTimeout).toBe(30_000);
  });
});
