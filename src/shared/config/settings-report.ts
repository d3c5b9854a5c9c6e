import { sourcesOf, type SettingSource } from './env.js';
import { shownValue } from './setting-kinds.js';
import { SETTINGS, variableOf } from './setting-list.js';
import type { Settings } from './settings.js';

/** A setting as an operator sees it. */
export interface ReportedSetting {
  /** Name of the variable. */
  readonly name: string;
  /** As it would be written in the environment; null if it is not set and has no default. Secrets are `[redacted]`. */
  readonly value: string | null;
  readonly source: SettingSource;
  readonly description: string;
}

/** All settings in force, in the order of `.env.example`. No secret and no credentials are among them. */
export function reportOf(settings: Settings): ReportedSetting[] {
  const sources = sourcesOf(settings);
  const values = settings as unknown as Readonly<Record<string, unknown>>;
  return Object.entries(SETTINGS.shape).map(([field, kind]) => {
    const name = variableOf(field);
    const source = sources[name] ?? 'default';
    const byDefault = source === 'default' ? kind.safeParse(undefined).data : values[field];
    const isUnset = source === 'default' && byDefault === undefined;
    const value = isUnset ? null : textOf(shownValue(kind, byDefault));
    return { name, value, source, description: kind.description ?? '' };
  });
}

function textOf(shown: unknown): string | null {
  if (Array.isArray(shown)) return shown.length === 0 ? null : shown.join(',');
  return String(shown);
}
