import { readSettings } from '../shared/config/env.js';
import type { Settings } from '../shared/config/settings.js';
import { loggerOf } from '../shared/logging/logger.js';
import { logStrayOutput } from '../shared/logging/stray-output.js';
import { VERSION } from '../shared/version.js';
import { logFailure } from './life-lines.js';

/**
 * Runs a program that does one thing and exits, and logs its outcome: `<name>.finished` with what `work` returns, or
 * `<name>.failed` and exit code 1.
 */
export async function runOnce(name: string, work: (settings: Settings) => Promise<object>): Promise<void> {
  process.on('SIGTERM', () => process.exit(1));
  let settings: Settings | undefined;
  try {
    settings = readSettings();
    logStrayOutput(loggerOf(settings));
    const outcome = await work(settings);
    loggerOf(settings).info({ version: VERSION, ...outcome }, `${name}.finished`);
  } catch (error) {
    logFailure(`${name}.failed`, error, settings);
    process.exitCode = 1;
  }
  // Connections that are still open must not keep the program running.
  process.exit();
}
