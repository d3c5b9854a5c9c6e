import { ApiClient } from './api-client.js';
import { fastSettings } from './fast-settings.js';
import { ScriptedReceiver } from './scripted-receiver.js';
import { type ServiceOptions, type ServiceProcess, startService } from './service-process.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

/** A process of the service that asks for no keys, with a database and a receiver of its own. */
export interface OpenService {
  readonly database: TestDatabase;
  readonly receiver: ScriptedReceiver;
  readonly settings: Record<string, string>;
  readonly service: ServiceProcess;
  readonly api: ApiClient;
  readonly stop: () => Promise<void>;
}

/** @param given settings beside those for tests */
export async function startOpenService(
  entry: ServiceOptions['entry'],
  given: Readonly<Record<string, string>> = {},
): Promise<OpenService> {
  const database = await createTestDatabase();
  const receiver = await ScriptedReceiver.start();
  const settings = fastSettings(database, given);
  const service = await startService({ entry, settings });
  const stop = async (): Promise<void> => {
    await service.stop();
    await receiver.close();
    await database.drop();
  };
  return { database, receiver, settings, service, api: new ApiClient(service.url), stop };
}
