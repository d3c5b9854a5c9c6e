import { deliveriesOf } from '../../src/ingest/first-deliveries.js';
import { IngestRepository } from '../../src/ingest/ingest.repository.js';
import { parseSettings, type Settings } from '../../src/shared/config/settings.js';
import { HotPath } from '../../src/shared/database/hot-path.js';
import type { AddressedEvent } from '../../src/ingest/domain/new-event.js';
import { aNewEvent } from '../support/factories.js';
import { fastSettings } from '../support/fast-settings.js';
import { silentLogger } from '../support/silent-logger.js';
import { StoredRows, SUBSCRIPTION } from '../support/stored-rows.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('deliveries that the worker of the accepting process sends, on real PostgreSQL', () => {
  let database: TestDatabase;
  let settings: Settings;
  let hotPath: HotPath;
  let repository: IngestRepository;
  let rows: StoredRows;

  beforeAll(async () => {
    database = await createTestDatabase();
    settings = parseSettings(fastSettings(database, { VISIBILITY_TIMEOUT: '30' }));
    hotPath = new HotPath(settings, silentLogger);
    repository = new IngestRepository(hotPath, settings);
    rows = new StoredRows(database);
  });

  beforeEach(() => rows.clear());

  afterAll(async () => {
    await hotPath.onApplicationShutdown();
    await database.drop();
  });

  const claimAll = async (event: AddressedEvent) => {
    const deliveries = deliveriesOf(event);
    const reserved = { ids: new Set(deliveries.map(({ id }) => id)), subscriptionIds: event.subscriptionIds };
    const outcome = await repository.accept({ events: [event], deliveries, deliveriesAre: 'queued', reserved });
    return { outcome, ids: deliveries.map(({ id }) => id) };
  };
  const versionOf = async (id: string): Promise<string> => {
    const [row] = await database.query<{ version: string }>(
      'select xmin::text as version from subscriptions where id = $1',
      [id],
    );
    return row!.version;
  };

  it('are claimed: each has its first attempt, and a lease of its own timeout', async () => {
    const [slow, usual] = [await rows.subscription({ timeoutMs: 20_000 }), await rows.subscription()];
    const { outcome, ids } = await claimAll(aNewEvent({ subscriptionIds: [slow, usual] }));

    expect(await rows.open(ids[0]!)).toMatchObject({ state: 1, attempt_count: 1, is_parked: false });
    const grace = settings.leaseGrace;
    expect((await rows.open(ids[0]!))!.lease_in).toBeCloseTo(20 + grace, 0);
    expect((await rows.open(ids[1]!))!.lease_in).toBeCloseTo(settings.webhookTimeout + grace, 0);
    expect(new Map(outcome.active.map(({ id, version }) => [id, version]))).toEqual(
      new Map([
        [slow, await versionOf(slow)],
        [usual, await versionOf(usual)],
      ]),
    );
  });

  it.each(['paused', 'disabled', 'deleted'] as const)('stay pending for a %s subscription', async (state) => {
    const [active, other] = [await rows.subscription(), await rows.subscription({ state: SUBSCRIPTION[state] })];
    const { outcome, ids } = await claimAll(aNewEvent({ subscriptionIds: [other, active] }));
    expect(outcome.active.map(({ id }) => id)).toEqual([active]);
    expect(await rows.open(ids[0]!)).toMatchObject({ state: 0, attempt_count: 0, lease_in: null });
    expect(await rows.open(ids[1]!)).toMatchObject({ state: 1 });
  });

  it('are not stored with an event whose key is taken', async () => {
    const subscriptionIds = [await rows.subscription()];
    const idempotency = { tenantId: 'default', key: 'once', fingerprint: Buffer.alloc(32) };
    await repository.accept({ events: [aNewEvent({ idempotency })], deliveries: [], deliveriesAre: 'queued' });
    const { outcome, ids } = await claimAll(aNewEvent({ subscriptionIds, idempotency }));
    expect(outcome.accepted.size).toBe(0);
    expect(await rows.open(ids[0]!)).toBeUndefined();
  });

  it('are only those that are reserved', async () => {
    const subscriptionIds = [await rows.subscription(), await rows.subscription()];
    const event = aNewEvent({ subscriptionIds });
    const [first, second] = deliveriesOf(event);
    const reserved = { ids: new Set([second!.id]), subscriptionIds: [subscriptionIds[1]!] };
    await repository.accept({ events: [event], deliveries: [first!, second!], deliveriesAre: 'due', reserved });
    expect(await rows.open(first!.id)).toMatchObject({ state: 0 });
    expect(await rows.open(second!.id)).toMatchObject({ state: 1 });
  });
});
