import type { DynamicModule, INestApplication } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { readSettings } from '../shared/config/env.js';
import { InvalidSettings, type Settings } from '../shared/config/settings.js';
import { StartRefused } from '../shared/errors/start-refused.js';
import { Logger, loggerOf } from '../shared/logging/logger.js';
import { isRedisRefusal } from '../shared/redis/redis.js';
import { Shutdown } from '../shared/shutdown.js';
import { adminServer, listenOn } from './admin-port.js';
import { createApp } from './create-app.js';

/** Beyond the wait for requests in flight, closing everything else may take this long. */
const CLOSING_MS = 4000;

interface BootstrapOptions {
  /** API and worker are different processes: only Redis can carry jobs between them. */
  readonly needsRedis?: boolean;
  /** Serves the API, and not just its health and metrics. */
  readonly servesApi?: boolean;
  /** Settings that hold whatever the environment says. */
  readonly given?: Readonly<Record<string, string>>;
  readonly onListening?: (url: string) => void;
  /** Runs when the application has ended, also after a start that failed. */
  readonly onClosed?: () => Promise<void>;
}

/** Starts a process and ends it on SIGTERM or SIGINT. A start that fails says why on stderr and exits with 1. */
export async function bootstrap(
  moduleFor: (settings: Settings) => DynamicModule,
  options: BootstrapOptions = {},
): Promise<void> {
  const { needsRedis = false, servesApi = true, given = {}, onClosed = () => Promise.resolve() } = options;
  let end: ((exitCode: number) => void) | undefined;
  try {
    const settings = readSettings(given);
    if (needsRedis && settings.redisUrl === undefined) {
      throw new InvalidSettings(['REDIS_URL is missing: it carries the jobs from API processes to worker processes']);
    }
    endOnCrash(settings);
    const starting = createApp(moduleFor(settings), settings, { servesApi });
    const listening = starting.then((app) => listen(app, settings, servesApi));
    end = endingOf({ starting, listening, settings, onClosed });
    endOnRequest(starting, end);
    const url = await listening;
    warnOf(settings, servesApi);
    options.onListening?.(url);
  } catch (error) {
    process.stderr.write(`${startFailure(error)}\n`);
    if (end) {
      // What it has begun already, it ends in order.
      end(1);
      return;
    }
    await onClosed();
    process.exit(1);
  }
}

/** @returns where it listens */
async function listen(app: NestFastifyApplication, settings: Settings, servesApi: boolean): Promise<string> {
  const { port, adminPort } = settings;
  // Fastify would open a second server for the other address of that name, on which nothing is watched.
  const host = settings.host === 'localhost' ? '127.0.0.1' : settings.host;
  const server = servesApi && adminPort !== undefined ? adminServer(app, settings) : undefined;
  await app.listen(servesApi ? port : (adminPort ?? port), host);
  const admin = server && (await listenOn(server, adminPort ?? 0, host));
  const url = await app.getUrl();
  const queue = settings.redisUrl === undefined ? 'memory' : 'bull';
  app.get(Logger).info({ host, port: Number(new URL(url).port), admin_port: admin, queue }, 'listening');
  return url;
}

/** What works, but should not stay so. */
function warnOf(settings: Settings, servesApi: boolean): void {
  const logger = loggerOf(settings);
  if (settings.redisUrl === undefined) {
    logger.warn({}, 'There is no Redis: jobs stay in the memory of this process. Set REDIS_URL to run more than one.');
  }
  if (servesApi && settings.apiAccess === 'open') {
    logger.warn(
      {},
      'API_ACCESS is open: whoever reaches this port is an admin. That is for trying things out on this machine.',
    );
  }
  if (settings.isEncryptionKeyPublic) {
    logger.warn({}, 'ENCRYPTION_KEY is not set: secrets are sealed under a key that everybody can read in the source.');
  } else if (settings.isEncryptionKeyGuessable) {
    logger.warn({}, 'ENCRYPTION_KEY can be guessed. Production refuses it: make one with: openssl rand -base64 32');
  }
}

/**
 * What nobody caught ends the process, as it would anyway; but Node.js would print all that the error holds, passwords
 * too.
 */
function endOnCrash(settings: Settings): void {
  process.on('uncaughtException', (error, origin) => {
    // A client that connects again and is refused, as after a change of the password. Who needs Redis finds out by
    // himself.
    if (origin === 'unhandledRejection' && isRedisRefusal(error)) {
      loggerOf(settings).warn({ err: error }, 'redis.refused');
      return;
    }
    loggerOf(settings).error({ err: error }, 'process.crashed');
    process.exit(1);
  });
}

interface Running {
  readonly starting: Promise<INestApplication>;
  readonly listening: Promise<unknown>;
  readonly settings: Settings;
  readonly onClosed: () => Promise<void>;
}

/** @returns what ends the process in order: at its first call, also while the application is still starting */
function endingOf({ starting, listening, settings, onClosed }: Running): (exitCode: number) => void {
  const close = async (): Promise<void> => {
    // What has not started yet would open again what is closed.
    const [started] = await Promise.allSettled([starting, listening]);
    if (started.status === 'fulfilled') await started.value.close();
    await onClosed();
  };
  let isEnding = false;
  return (exitCode) => {
    if (isEnding) return;
    isEnding = true;
    setTimeout(() => process.exit(1), settings.shutdownTimeout * 1000 + CLOSING_MS).unref();
    close().then(
      () => process.exit(exitCode),
      (error: unknown) => {
        process.stderr.write(`The shutdown failed: ${String(error)}\n`);
        process.exit(1);
      },
    );
  };
}

/** By a signal, or by a part of the service that can't go on. */
function endOnRequest(starting: Promise<INestApplication>, end: (exitCode: number) => void): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => { end(0); }); // prettier-ignore
  starting.then(
    (app) => {
      app.get(Shutdown).onRequested = end;
    },
    () => undefined,
  );
}

/** What a person can act on needs no stack. */
function startFailure(error: unknown): string {
  if (error instanceof StartRefused) return error.message;
  return error instanceof Error ? `The start failed: ${error.stack ?? error.message}` : String(error);
}
