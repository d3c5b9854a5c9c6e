import type { FastifyReply, FastifyRequest } from 'fastify';
import { readInput } from '../shared/http/read-input.js';
import { SystemClock } from '../shared/time/clock.js';
import { EchoController } from './echo.controller.js';
import { EchoQuery } from './echo-query.js';

const MEGABYTE = 1_000_000;

/** What the echo receiver sets of a response. */
class FakeReply {
  readonly sent: unknown[] = [];
  readonly raw = { destroyed: false, writableFinished: false, once: () => this.raw };
  status = (status: number): this => this.note(status);
  header = (name: string, value: unknown): this => this.note(`${name}: ${String(value)}`);
  type = (type: string): this => this.note(type);

  private note(part: unknown): this {
    this.sent.push(part);
    return this;
  }
}

describe('the echo receiver', () => {
  const request = { headers: { 'x-a': 'b' } } as unknown as FastifyRequest;
  const shown = (echo: EchoController, bin: string) => JSON.parse(echo.show(bin)) as { body: string }[];
  const receive = async (
    echo: EchoController,
    bin: string,
    { body, from = request, query = {} }: { body?: Buffer; from?: FastifyRequest; query?: Partial<EchoQuery> } = {},
  ): Promise<unknown[]> => {
    const reply = new FakeReply();
    const asked = Object.assign(new EchoQuery(), query);
    const answer = await echo.receive(bin, body, asked, from, reply as unknown as FastifyReply);
    return [...reply.sent, answer];
  };

  it('shows the last 20 requests to a bin, newest first', async () => {
    const echo = new EchoController(new SystemClock());
    for (let n = 1; n <= 30; n += 1)
      await receive(echo, n % 3 === 0 ? 'other' : 'one', { body: Buffer.from(String(n)) });

    const bodies = shown(echo, 'one').map(({ body }) => body);

    expect(bodies).toEqual('29 28 26 25 23 22 20 19 17 16 14 13 11 10 8 7 5 4 2 1'.split(' '));
    expect(shown(echo, 'one')[0]).toMatchObject({ headers: { 'x-a': 'b' } });
    expect(shown(echo, 'none')).toEqual([]);
  });

  it('keeps at most 10 MB of headers and bodies in all bins together', async () => {
    const echo = new EchoController(new SystemClock());
    const large = { headers: { 'x-a': 'b'.repeat(10_000) } } as unknown as FastifyRequest;
    for (let n = 0; n < 100; n += 1)
      await receive(echo, `bin-${n}`, { body: Buffer.alloc(MEGABYTE, 'a'), from: large });
    for (let n = 0; n < 1000; n += 1) await receive(echo, `bin-${n}`, { from: large });
    await receive(echo, 'huge', { body: Buffer.alloc(16 * MEGABYTE, 'a') });

    const kept = Array.from({ length: 1000 }, (_, n) => echo.show(`bin-${n}`).length);

    expect(kept.reduce((sum, length) => sum + length, 0)).toBeLessThan(10 * MEGABYTE);
    expect(shown(echo, 'bin-999')).toHaveLength(1);
    expect(shown(echo, 'huge')).toEqual([]);
  });

  it('responds with 200, or as the URL asks', async () => {
    const echo = new EchoController(new SystemClock());

    expect(await receive(echo, 'well')).toEqual([200, { received: true }]);
    expect(await receive(echo, 'ill', { query: { status: 429, retry_after: 7 } })).toEqual([
      429,
      'retry-after: 7',
      { received: false },
    ]);
    expect(await receive(echo, 'page', { query: { status: 502, answer: 'html' } })).toEqual([
      502,
      'text/html; charset=utf-8',
      expect.stringContaining('<h1>'),
    ]);
    expect(shown(echo, 'ill')).toHaveLength(1);
  });

  it('is ill at every n-th request to a bin only, if the URL asks for that', async () => {
    const echo = new EchoController(new SystemClock());
    const query = { status: 503, every: 3 };
    const outcomes: unknown[] = [];

    for (let n = 0; n < 6; n += 1) outcomes.push((await receive(echo, 'moody', { query })).at(-1));
    await receive(echo, 'other', { query });

    const [well, ill] = [{ received: true }, { received: false }];
    expect(outcomes).toEqual([well, well, ill, well, well, ill]);
  });

  it('reads what the URL asks for, and refuses what makes no sense', () => {
    const read = (query: object) => readInput(query, EchoQuery, { isQuery: true });

    expect(read({ status: '500', delay: '0.25', every: '2' })).toMatchObject({
      faults: [],
      dto: { status: 500, delay: 0.25, every: 2 },
    });
    const nonsense = { status: '99', delay: '61', answer: 'xml', every: '0', retry_after: 'soon', other: '1' };
    expect(read(nonsense).faults.map(({ pointer }) => pointer)).toEqual(expect.arrayContaining(Object.keys(nonsense)));
  });
});
