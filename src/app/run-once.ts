import { readSettings } from '../shared/config/env.js';
import type { Settings } from '../shared/config/settings.js';
import { failureLoggerOf, finishLog, loggerOf } from '../shared/logging/logger.js';
import { logStrayOutput } from '../shared/logging/stray-output.js';
import { VERSION } from '../shared/version.js';
import { exitOnCrash } from './exit-on-crash.js';
import { logFailure, warnOfUnknownSettings } from './life-lines.js';

/**
 * Runs a program that does one thing and exits, and logs its outcome: `<name>.finished` with what `work` returns, or
 * `<name>.failed` and exit code 1.
 */
export async function runOnce(name: string, work: (settings: Settings) => Promise<object>): Promise<void> {
  let settings: Settings | undefined;
  exitOnCrash(() => settings);
  process.on('SIGTERM', () => {
    failureLoggerOf(settings).error({ version: VERSION, reason: 'SIGTERM' }, `${name}.failed`);
    process.exit(1);
  });
  try {
    settings = readSettings();
    logStrayOutput(loggerOf(settings));
    warnOfUnknownSettings(settings);
    const outcome = await work(settings);
    await finishLog(settings);
    loggerOf(settings).info({ version: VERSION, ...outcome }, `${name}.finished`);
  } catch (error) {
    if (settings !== undefined) await finishLog(settings);
    logFailure(`${name}.failed`, error, settings);
    process.exitCode = 1;
  }
  // Connections that are still open must not keep the program running.
  process.exit();
}
