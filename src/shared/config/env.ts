import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { parseSettings, type Settings } from './settings.js';

/**
 * Reads the settings from the environment, and those that are not set there from the file `.env` in the working
 * directory. Only this file reads `process.env`.
 *
 * @param given settings that override the environment
 * @throws InvalidSettings with all faults
 */
export function readSettings(given: Readonly<Record<string, string>> = {}): Settings {
  return parseSettings({ ...environment(), ...given });
}

/** The environment merged with `.env`. An empty variable counts as unset, so the file may set it. */
export function environment(): Readonly<Record<string, string | undefined>> {
  const file = existsSync('.env') ? parseEnv(readFileSync('.env', 'utf8')) : {};
  return { ...nonEmpty(file), ...nonEmpty(process.env) };
}

/** Reads a variable and removes it, so that programs which this process starts do not inherit it. */
export function takeVariable(name: string): string | undefined {
  const value = process.env[name];
  Reflect.deleteProperty(process.env, name);
  return value;
}

/** Drops empty and blank variables. */
export function nonEmpty(variables: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value?.trim()));
}
