import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
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

/** The environment and `.env` as one. An empty variable counts as unset, so the file may set it. */
export function environment(): Readonly<Record<string, string | undefined>> {
  const file = existsSync('.env') ? parseEnv(readFileSync('.env', 'utf8')) : {};
  return { ...nonEmpty(file), ...nonEmpty(process.env) };
}

/** Those that say something. */
export function nonEmpty(variables: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value?.trim()));
}
