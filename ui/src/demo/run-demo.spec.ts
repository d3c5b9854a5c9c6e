import { describe, expect, it } from 'vitest';
import { demoEvent, demoSubscriptions } from './plan';
import { type DemoApi, type DemoProgress, type KnownSubscription, runDemo } from './run-demo';

const ORIGIN = 'http://127.0.0.1:8000';

/** Numbers that look drawn, and are the same each time. */
function chances(): () => number {
  let seed = 1;
  return () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
}

/** An API that keeps what it was asked. */
class FakeDemoApi implements DemoApi {
  readonly subscriptions: KnownSubscription[] = [];
  readonly types: string[] = [];
  readonly replayed: string[] = [];
  list = () => Promise.resolve(this.subscriptions);
  subscribe: DemoApi['subscribe'] = ({ description, metadata }) => {
    const made = { id: `sub_${this.subscriptions.length}`, description, metadata };
    this.subscriptions.push(made);
    return Promise.resolve(made);
  };
  publish: DemoApi['publish'] = ({ type }) => Promise.resolve(this.types.push(type));
  replay: DemoApi['replay'] = (id) => Promise.resolve(this.replayed.push(id));
}

async function run(api: DemoApi): Promise<{ readonly waitedMs: number; readonly last: DemoProgress }> {
  let waitedMs = 0;
  const wait = (ms: number): Promise<void> => {
    waitedMs += ms;
    return Promise.resolve();
  };
  const last = await runDemo(api, { origin: ORIGIN, chance: chances(), wait, onProgress: () => undefined });
  return { waitedMs, last };
}

describe('the demo', () => {
  it('makes its subscriptions, publishes a bounded number of events within a minute, and replays what failed', async () => {
    const api = new FakeDemoApi();

    const { waitedMs, last } = await run(api);

    expect(last).toEqual({ made: api.subscriptions.length, found: 0, published: 240, total: 240 });
    expect(api.types).toHaveLength(240);
    expect(waitedMs).toBeGreaterThan(45_000);
    expect(waitedMs).toBeLessThan(75_000);
    const erp = api.subscriptions.find(({ description }) => description?.includes('500') === true);
    expect(api.replayed).toEqual([erp?.id]);
  });

  it('uses what an earlier one has made, and nothing of anybody else', async () => {
    const api = new FakeDemoApi();
    api.subscriptions.push({ id: 'sub_own', description: 'Warehouse', metadata: {} });
    const { last: first } = await run(api);

    const { last: second } = await run(api);

    expect(second).toMatchObject({ made: 0, found: first.made });
    expect(api.subscriptions).toHaveLength(1 + first.made);
  });

  it('has subscriptions for each kind of event but one, which shows what reaches nobody', () => {
    const patterns = demoSubscriptions(ORIGIN).flatMap(({ event_types: types }) => types);
    const wants = (type: string): boolean =>
      patterns.some((each) => each === type || (each.endsWith('.*') && type.startsWith(each.slice(0, -1))));
    const chance = chances();
    const types = new Set(Array.from({ length: 2000 }, (_, n) => demoEvent(n, chance).type));

    expect([...types].filter((type) => !wants(type))).toEqual(['stock.low']);
    expect(types.size).toBe(9);
  });

  it('has payloads of several sizes', () => {
    const chance = chances();
    const sizes = Array.from({ length: 240 }, (_, n) => JSON.stringify(demoEvent(n, chance).payload).length);

    expect(Math.min(...sizes)).toBeLessThan(200);
    expect(Math.max(...sizes)).toBeGreaterThan(15_000);
  });

  it('leads to the local start and to a port of this machine, nowhere else', () => {
    const hosts = demoSubscriptions(ORIGIN).map(({ target_url: url }) => new URL(url).hostname);

    expect([...new Set(hosts)]).toEqual(['127.0.0.1']);
  });
});
