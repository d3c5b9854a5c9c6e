import { parseSettings, type Settings } from '../../src/shared/config/settings.js';
import { HotPath } from '../../src/shared/database/hot-path.js';
import { type DeliveryRepositories, deliveryRepositories } from './delivery-repositories.js';
import { fastSettings } from './fast-settings.js';
import { silentLogger } from './silent-logger.js';
import { StoredRows } from './stored-rows.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

/** Leases that outlast the test's look at them. */
export const LONG_LEASES = {
  WEBHOOK_TIMEOUT: '30',
  LEASE_GRACE: '10',
  VISIBILITY_TIMEOUT: '20',
  DATABASE_POOL_SIZE: '20',
};

/** The repositories of open deliveries, on a migrated database of their own. */
export interface DeliveryStorage {
  readonly database: TestDatabase;
  readonly settings: Settings;
  readonly hotPath: HotPath;
  readonly repository: DeliveryRepositories;
  readonly rows: StoredRows;
  readonly stop: () => Promise<void>;
}

export async function startDeliveryStorage(given: Readonly<Record<string, string>>): Promise<DeliveryStorage> {
  const database = await createTestDatabase();
  const settings = parseSettings(fastSettings(database, given));
  const hotPath = new HotPath(settings, silentLogger);
  const stop = async (): Promise<void> => {
    await hotPath.onApplicationShutdown();
    await database.drop();
  };
  return {
    ...{ database, settings, hotPath, stop },
    repository: deliveryRepositories(hotPath, settings),
    rows: new StoredRows(database),
  };
}
