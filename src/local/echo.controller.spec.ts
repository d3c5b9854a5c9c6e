import type { FastifyRequest } from 'fastify';
import { SystemClock } from '../shared/time/clock.js';
import { EchoController } from './echo.controller.js';

const MEGABYTE = 1_000_000;

describe('the echo receiver', () => {
  const request = { headers: { 'x-a': 'b' } } as unknown as FastifyRequest;
  const shown = (echo: EchoController, bin: string) => JSON.parse(echo.show(bin)) as { body: string }[];

  it('shows the last 20 requests to a bin, newest first', () => {
    const echo = new EchoController(new SystemClock());
    for (let n = 1; n <= 30; n += 1) echo.receive(n % 3 === 0 ? 'other' : 'one', Buffer.from(String(n)), request);

    const bodies = shown(echo, 'one').map(({ body }) => body);

    expect(bodies).toEqual('29 28 26 25 23 22 20 19 17 16 14 13 11 10 8 7 5 4 2 1'.split(' '));
    expect(shown(echo, 'one')[0]).toMatchObject({ headers: { 'x-a': 'b' } });
    expect(shown(echo, 'none')).toEqual([]);
  });

  it('keeps at most 10 MB of headers and bodies in all bins together', () => {
    const echo = new EchoController(new SystemClock());
    const large = { headers: { 'x-a': 'b'.repeat(10_000) } } as unknown as FastifyRequest;
    for (let n = 0; n < 100; n += 1) echo.receive(`bin-${n}`, Buffer.alloc(MEGABYTE, 'a'), large);
    for (let n = 0; n < 1000; n += 1) echo.receive(`bin-${n}`, undefined, large);
    echo.receive('huge', Buffer.alloc(16 * MEGABYTE, 'a'), request);

    const kept = Array.from({ length: 1000 }, (_, n) => echo.show(`bin-${n}`).length);

    expect(kept.reduce((sum, length) => sum + length, 0)).toBeLessThan(10 * MEGABYTE);
    expect(shown(echo, 'bin-999')).toHaveLength(1);
    expect(shown(echo, 'huge')).toEqual([]);
  });
});
