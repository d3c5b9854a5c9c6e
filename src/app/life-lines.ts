import { environment } from '../shared/config/env.js';
import { InvalidSettings, type Settings } from '../shared/config/settings.js';
import { summaryOf } from '../shared/config/settings-summary.js';
import { unknownSettings } from '../shared/config/unknown-settings.js';
import { MIGRATIONS } from '../shared/database/migrations/index.js';
import { StartRefused } from '../shared/errors/start-refused.js';
import { failureLoggerOf, loggerOf } from '../shared/logging/logger.js';
import { VERSION } from '../shared/version.js';

/** What a process does: serve the API, make deliveries, or both. */
export type ProcessRole = 'api' | 'worker' | 'all';

/** Runs other processes, each with one of the other roles. */
type SupervisorRole = 'supervisor';

/** The first line of a process: what runs here, and how it differs from the defaults. */
export function logStart(settings: Settings, role: ProcessRole | SupervisorRole): void {
  const versions = { version: VERSION, role, node: process.versions.node, migrations: MIGRATIONS.length };
  // Each line of several processes has a pid.
  const pid = settings.processes > 1 ? {} : { pid: process.pid };
  loggerOf(settings).info({ ...versions, ...pid, settings: summaryOf(settings) }, 'service.starting');
}

/** Warns of variables that look like settings but are none. */
export function warnOfUnknownSettings(settings: Settings): void {
  for (const { given, nearest } of unknownSettings(environment())) {
    loggerOf(settings).warn(
      { variable: given, nearest },
      `${given} is not a setting and changes nothing. Did you mean ${nearest}?`,
    );
  }
}

/**
 * The line of a failure that ends a process or keeps it from starting. On a terminal, it is text on stderr. Errors that
 * the operator can fix have no stack.
 *
 * @param event for example `start.failed`; it becomes `start.refused` if the operator can fix the error
 * @param settings undefined if they could not be read
 */
export function logFailure(event: string, error: unknown, settings: Settings | undefined): void {
  const isRefused = error instanceof StartRefused;
  if (process.stdout.isTTY) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(isRefused ? `${error.message}\n` : `${event}: ${stack}\n`);
    return;
  }
  const logger = failureLoggerOf(settings);
  const versions = { version: VERSION, node: process.versions.node };
  if (!isRefused) logger.error({ ...versions, err: error }, event);
  else {
    const faults = error instanceof InvalidSettings ? { faults: error.faults } : {};
    logger.error({ ...versions, reason: error.message, ...faults }, event.replace('failed', 'refused'));
  }
}

interface End {
  /** A signal, or what else ended the process. */
  readonly reason: string;
  readonly exitCode: number;
  /** On the monotonic clock. */
  readonly beganAtMs: number;
  /** The shutdown took too long, and what was left of it was given up. */
  readonly isForced?: boolean;
}

/** The last line of a process that ended in order. */
export function logEnd(settings: Settings, { reason, exitCode, beganAtMs, isForced = false }: End): void {
  const seconds = Math.round(performance.now() - beganAtMs) / 1000;
  const uptimeSeconds = Math.round(process.uptime());
  const fields = { reason, exit_code: exitCode, seconds, uptime_seconds: uptimeSeconds, is_forced: isForced };
  loggerOf(settings)[exitCode === 0 ? 'info' : 'error'](fields, 'service.stopped');
}
