import { parseSettings } from '../config/settings.js';
import type { Logger } from '../logging/logger.js';
import { SystemClock } from '../time/clock.js';
import { ProcessRoster } from './process-roster.js';

const LOGGER = { debug: () => undefined, warn: () => undefined } as unknown as Logger;

describe('the roster of processes', () => {
  it('has this process alone where there is no Redis, because there can be no other', async () => {
    const roster = new ProcessRoster(parseSettings({ DATABASE_URL: 'postgres://unused' }), new SystemClock(), LOGGER);
    roster.join('all');

    expect(await roster.list()).toMatchObject({ isComplete: true, processes: [{ role: 'all', pid: process.pid }] });
    await roster.onModuleDestroy();
    expect(await roster.list()).toMatchObject({ processes: [] });
  });

  it('says that it may not be complete while Redis is away', async () => {
    const settings = parseSettings({ DATABASE_URL: 'postgres://unused', REDIS_URL: 'redis://127.0.0.1:1' });
    const roster = new ProcessRoster(settings, new SystemClock(), LOGGER);
    roster.join('api');

    expect(await roster.list()).toMatchObject({ isComplete: false, processes: [{ role: 'api' }] });
    await roster.onModuleDestroy();
  });
});
