import type { Settings } from './settings.js';
import { SETTINGS, variableOf } from './setting-list.js';
import { shownValue } from './setting-kinds.js';

/**
 * Settings that differ from their defaults, by the name of their variable, for the log. Secrets and credentials are
 * left out; so are values of a kind that is not known to be harmless.
 */
export function summaryOf(settings: Settings): Record<string, unknown> {
  const { isEncryptionKeyPublic, encryptionKeys } = settings;
  const given = { ...settings, encryptionKeys: isEncryptionKeyPublic ? [] : encryptionKeys };
  const values: Readonly<Record<string, unknown>> = given;
  const changed = Object.entries(SETTINGS.shape).flatMap(([field, schema]) => {
    const value = values[field];
    const usual = schema.safeParse(undefined).data;
    const isUsual = value === undefined || JSON.stringify(value) === JSON.stringify(usual);
    return isUsual ? [] : [[variableOf(field), shownValue(schema, value)]];
  });
  return Object.fromEntries(changed) as Record<string, unknown>;
}
