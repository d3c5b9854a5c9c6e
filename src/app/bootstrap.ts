import type { DynamicModule } from '@nestjs/common';
import { readSettings } from '../shared/config/env.js';
import { InvalidSettings, type Settings } from '../shared/config/settings.js';
import { loggerOf } from '../shared/logging/logger.js';
import { logStrayOutput } from '../shared/logging/stray-output.js';
import { Ending } from './ending.js';
import { exitOnCrash } from './exit-on-crash.js';
import { logFailure, logStart, type ProcessRole, warnOfUnknownSettings } from './life-lines.js';
import { EndedBeforeTurn, Supervised } from './processes/supervised.js';
import { Supervisor } from './processes/supervisor.js';

interface BootstrapOptions {
  /** Settings that override the environment. */
  readonly given?: Readonly<Record<string, string>>;
  readonly onListening?: (url: string) => void;
  /** Runs when the application has ended, even if it failed to start. */
  readonly onClosed?: () => Promise<void>;
}

/** Loads the root module of a role, which a supervisor does not need. */
type LoadModule = (settings: Settings) => Promise<DynamicModule>;

/**
 * Starts a process, or a supervisor of several, and ends it on SIGTERM or SIGINT. If it fails to start, logs why and
 * exits with 1.
 */
export async function bootstrap(
  role: ProcessRole,
  loadModule: LoadModule,
  options: BootstrapOptions = {},
): Promise<void> {
  const { given = {}, onClosed = () => Promise.resolve() } = options;
  const supervised = Supervised.find();
  const servesApi = role !== 'worker';
  let settings: Settings | undefined;
  let ending: Ending | undefined;
  exitOnCrash(() => settings);
  try {
    const read = readSettings(given);
    settings = read;
    const isSupervisor = settings.processes > 1 && supervised === undefined;
    logStrayOutput(loggerOf(settings));
    logStart(settings, isSupervisor ? 'supervisor' : role);
    // API and workers are separate processes, and only Redis can carry jobs between them.
    if (role !== 'all' && settings.redisUrl === undefined) {
      throw new InvalidSettings(['REDIS_URL is missing: Redis carries jobs from API processes to worker processes']);
    }
    if (isSupervisor) {
      // It warns once for all processes.
      if (await new Supervisor(settings).start()) warnAbout(settings, servesApi);
      return;
    }
    const serving = import('./serve.js');
    const starting = Promise.all([serving, loadModule(read)]).then(([{ createApp }, module]) =>
      createApp(module, read, role),
    );
    const listening = serving.then(({ listen }) => listen(starting, read, { servesApi, supervised }));
    ending = new Ending({ starting, listening, settings, onClosed });
    ending.endOnRequest(servesApi ? settings.shutdownDrain * 1000 : 0, supervised);
    const url = await listening;
    if (supervised === undefined) warnAbout(settings, servesApi);
    options.onListening?.(url);
  } catch (error) {
    if (error instanceof EndedBeforeTurn) return;
    logFailure('start.failed', error, settings);
    if (ending) {
      // Closes in order what has already been opened.
      ending.end(1, 'start failed');
      return;
    }
    await onClosed();
    process.exit(1);
  }
}

/** Logs a warning for each setting that works but should be changed before real use. */
function warnAbout(settings: Settings, servesApi: boolean): void {
  warnOfUnknownSettings(settings);
  const logger = loggerOf(settings);
  if (settings.redisUrl === undefined) {
    logger.warn({}, 'There is no Redis: jobs stay in the memory of this process. Set REDIS_URL to run several.');
  }
  if (servesApi && settings.apiAccess === 'open') {
    logger.warn(
      {},
      'API_ACCESS is open: anyone who can reach this port is an admin. Use this only to try the service locally.',
    );
  }
  if (settings.isEncryptionKeyPublic) {
    logger.warn({}, 'ENCRYPTION_KEY is not set: secrets are encrypted with a key that is public in the source code.');
  } else if (settings.isEncryptionKeyGuessable) {
    logger.warn({}, 'ENCRYPTION_KEY can be guessed. Production refuses it. Make one with: openssl rand -base64 32');
  }
}
