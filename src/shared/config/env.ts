import { existsSync } from 'node:fs';
import { parseSettings, type Settings } from './settings.js';

/**
 * Reads the settings from the environment, and from a file `.env` in the working directory where the environment is
 * silent. The only place that looks at `process.env`.
 *
 * @param given settings that the caller decides, whatever the environment says
 * @throws InvalidSettings naming all faults at once
 */
export function readSettings(given: Readonly<Record<string, string>> = {}): Settings {
  return parseSettings({ ...environment(), ...given });
}

export function environment(): Readonly<Record<string, string | undefined>> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return process.env;
}
