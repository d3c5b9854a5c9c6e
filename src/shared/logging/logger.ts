import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { LoggerService } from '@nestjs/common';
import { destination, pino, type LoggerOptions } from 'pino';
import { errorFields } from './error-fields.js';
import { LineBlocks } from './line-blocks.js';

/** Maximum bytes buffered while stdout is blocked. Further lines are dropped to limit memory. */
const MAX_WAITING_BYTES = 16_777_216;

/** Structured log: one JSON line per entry, or readable text on a terminal. Takes fields, then a short message. */
export abstract class Logger {
  abstract debug(fields: object, message: string): void;
  abstract info(fields: object, message: string): void;
  abstract warn(fields: object, message: string): void;
  abstract error(fields: object, message: string): void;
}

/** Longest wait for the log to be written at the end, because its reader may have stopped. */
const FINISH_TIMEOUT_MS = 1000;

/** What a logger must know. */
interface LogSettings {
  readonly logLevel: string;
  /** If there are several processes, each line has the pid of its process. */
  readonly processes?: number;
}

/** What a logger does besides logging. */
interface Sink {
  readonly finish: () => Promise<void>;
  readonly writeLines: (lines: string) => void;
}

const loggers = new WeakMap<object, Logger>();
const sinks = new WeakMap<Logger, Sink>();

/**
 * Waits until all lines so far have been written. Call this before the last line of a process: a block that is being
 * written when it exits may come after it.
 */
export async function finishLog(settings: LogSettings): Promise<void> {
  await sinks.get(loggerOf(settings))?.finish();
}

/** Writes log lines of another process to stdout, among the own ones. On a terminal, it writes them by itself. */
export function writeLines(settings: LogSettings, lines: string): void {
  sinks.get(loggerOf(settings))?.writeLines(lines);
}

/** The only logger of a process. Two loggers would interleave their blocks on stdout. */
export function loggerOf(settings: LogSettings): Logger {
  const logger = loggers.get(settings) ?? createLogger(settings, process.stdout.isTTY);
  loggers.set(settings, logger);
  return logger;
}

/** For the failures that end a process: settings that silence the log, or that cannot be read, do not hide them. */
const FAILURES_ONLY = { logLevel: 'error' };

/** The logger for a failure that ends the process. */
export function failureLoggerOf(settings: LogSettings | undefined): Logger {
  const isHeard = settings !== undefined && !['fatal', 'silent'].includes(settings.logLevel);
  return loggerOf(isHeard ? settings : FAILURES_ONLY);
}

function createLogger({ logLevel: level, processes = 1 }: LogSettings, isTerminal: boolean): Logger {
  const settings: LoggerOptions = {
    level,
    base: processes > 1 ? { pid: process.pid } : null,
    serializers: { err: (error: unknown) => errorFields(error) },
  };
  if (isTerminal) {
    const translation = { translateTime: 'SYS:HH:MM:ss.l', singleLine: true };
    return pino({ ...settings, transport: { target: 'pino-pretty', options: translation } });
  }
  // Writes are asynchronous and in blocks, so that a slow reader of the log does not delay deliveries.
  const stdout = destination({ sync: false, maxLength: MAX_WAITING_BYTES });
  let isWritten = true;
  stdout.on('drain', () => {
    isWritten = true;
  });
  const write = (block: string): void => {
    isWritten = false;
    stdout.write(block);
  };
  const blocks = new LineBlocks({ write });
  process.on('beforeExit', () => {
    blocks.flush();
  });
  process.once('exit', () => {
    stdout.flushSync();
    // An asynchronous write would not be finished any more.
    blocks.flush(destination({ sync: true }));
  });
  const logger = pino(settings, blocks);
  const finish = async (): Promise<void> => {
    blocks.flush();
    if (!isWritten) await Promise.race([once(stdout, 'drain'), delay(FINISH_TIMEOUT_MS)]);
  };
  sinks.set(logger, { finish, writeLines: blocks.write });
  return logger;
}

/** Passes log lines of Nest to our logger. Its many start-up lines get the level debug. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, context?: string): void {
    this.logger.debug({ context }, String(message));
  }

  debug(message: unknown, context?: string): void {
    this.logger.debug({ context }, String(message));
  }

  warn(message: unknown, context?: string): void {
    this.logger.warn({ context }, String(message));
  }

  error(message: unknown, ...rest: unknown[]): void {
    const error = message instanceof Error ? message : undefined;
    this.logger.error(
      { err: error, context: rest.at(-1), stack: rest.length > 1 ? rest[0] : undefined },
      String(message),
    );
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.error(message, ...rest);
  }
}
