import { parseSettings, type Settings } from '../../src/shared/config/settings.js';
import { migrate } from '../../src/shared/database/data-source.js';
import { HotPath } from '../../src/shared/database/hot-path.js';
import { type DeliveryRepositories, deliveryRepositories } from './delivery-repositories.js';
import { fastSettings } from './fast-settings.js';
import { silentLogger } from './silent-logger.js';
import { StoredRows } from './stored-rows.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

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
  await migrate(database.url, new Date());
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
