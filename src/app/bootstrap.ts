import type { DynamicModule } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { readSettings } from '../shared/config/env.js';
import { InvalidSettings, type Settings } from '../shared/config/settings.js';
import { Logger, loggerOf } from '../shared/logging/logger.js';
import { logStrayOutput } from '../shared/logging/stray-output.js';
import { adminServer, listenOn } from './admin-port.js';
import { createApp } from './create-app.js';
import { Ending } from './ending.js';
import { exitOnCrash } from './exit-on-crash.js';
import { logFailure, logStart, type ProcessRole, warnOfUnknownSettings } from './life-lines.js';

interface BootstrapOptions {
  /** Settings that override the environment. */
  readonly given?: Readonly<Record<string, string>>;
  readonly onListening?: (url: string) => void;
  /** Runs when the application has ended, even if it failed to start. */
  readonly onClosed?: () => Promise<void>;
}

/** Starts a process, and ends it on SIGTERM or SIGINT. If it fails to start, logs why and exits with 1. */
export async function bootstrap(
  role: ProcessRole,
  moduleFor: (settings: Settings) => DynamicModule,
  options: BootstrapOptions = {},
): Promise<void> {
  const { given = {}, onClosed = () => Promise.resolve() } = options;
  const servesApi = role !== 'worker';
  let settings: Settings | undefined;
  let ending: Ending | undefined;
  exitOnCrash(() => settings);
  try {
    settings = readSettings(given);
    logStrayOutput(loggerOf(settings));
    logStart(settings, role);
    // API and workers are separate processes, and only Redis can carry jobs between them.
    if (role !== 'all' && settings.redisUrl === undefined) {
      throw new InvalidSettings(['REDIS_URL is missing: Redis carries jobs from API processes to worker processes']);
    }
    const starting = createApp(moduleFor(settings), settings, role);
    const listening = listen(starting, settings, servesApi);
    ending = new Ending({ starting, listening, settings, onClosed });
    ending.endOnRequest(servesApi ? settings.shutdownDrain * 1000 : 0);
    const url = await listening;
    warnOfUnknownSettings(settings);
    warnAbout(settings, servesApi);
    options.onListening?.(url);
  } catch (error) {
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

/** @returns the URL that the application listens on */
async function listen(
  starting: Promise<NestFastifyApplication>,
  settings: Settings,
  servesApi: boolean,
): Promise<string> {
  const app = await starting;
  const { port, adminPort } = settings;
  // For "localhost", Fastify would open a second server for the other address, without the limits on connections.
  const host = settings.host === 'localhost' ? '127.0.0.1' : settings.host;
  const server = servesApi && adminPort !== undefined ? adminServer(app, settings) : undefined;
  await app.listen(servesApi ? port : (adminPort ?? port), host);
  const admin = server && (await listenOn(server, adminPort ?? 0, host));
  const url = await app.getUrl();
  const queue = settings.redisUrl === undefined ? 'memory' : 'bull';
  app.get(Logger).info({ host, port: Number(new URL(url).port), admin_port: admin, queue }, 'listening');
  return url;
}

/** Logs a warning for each setting that works but should be changed before real use. */
function warnAbout(settings: Settings, servesApi: boolean): void {
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
