import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { parseSettings, type Settings } from './settings.js';

/** Where the value of a setting comes from. `start`: from `npm start` or the command, before the environment. */
export type SettingSource = 'default' | 'environment' | 'file' | 'start';

type Sources = Readonly<Record<string, SettingSource>>;

/** Beside the settings, because nothing that obeys them may depend on it. */
const sources = new WeakMap<Settings, Sources>();

/**
 * Reads the settings from the environment, and those that are not set there from the file `.env` in the working
 * directory. Only this file reads `process.env`.
 *
 * @param given settings that override the environment
 * @throws InvalidSettings with all faults
 */
export function readSettings(given: Readonly<Record<string, string>> = {}): Settings {
  const settings = parseSettings({ ...environment(), ...given });
  sources.set(settings, {
    ...named(fromFile(), 'file'),
    ...named(nonEmpty(process.env), 'environment'),
    ...named(given, 'start'),
  });
  return settings;
}

/** Sources by the name of the variable; those that have their default are left out. */
export function sourcesOf(settings: Settings): Sources {
  return sources.get(settings) ?? {};
}

function named(variables: Readonly<Record<string, unknown>>, source: SettingSource): Sources {
  return Object.fromEntries(Object.keys(variables).map((name) => [name, source]));
}

/** The environment merged with `.env`. An empty variable counts as unset, so the file may set it. */
export function environment(): Readonly<Record<string, string | undefined>> {
  return { ...fromFile(), ...nonEmpty(process.env) };
}

function fromFile(): Record<string, string | undefined> {
  return nonEmpty(existsSync('.env') ? parseEnv(readFileSync('.env', 'utf8')) : {});
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
