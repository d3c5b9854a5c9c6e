import { isGuessable } from '../crypto/guessable-key.js';
import { StartRefused } from '../errors/start-refused.js';
import { faultsAcross } from './setting-conflicts.js';
import { SETTINGS, type Values as ParsedValues, variableOf } from './setting-list.js';

interface SettingValues extends Omit<ParsedValues, 'encryptionKey' | 'encryptionKeys'> {
  readonly databaseUrl: string;
  /** The first one encrypts; all of them decrypt. */
  readonly encryptionKeys: readonly [Buffer, ...Buffer[]];
  /**
   * True if neither ENCRYPTION_KEY nor ENCRYPTION_KEYS is set. Secrets are then encrypted with a key from the source
   * code. Always false in production.
   */
  readonly isEncryptionKeyPublic: boolean;
  /** True if one of the keys is not random. Always false in production. */
  readonly isEncryptionKeyGuessable: boolean;
}

const Values = Object as unknown as abstract new () => SettingValues;

/** Validated settings of a process. This class is the injection token; any object of this shape can be provided. */
export abstract class Settings extends Values {}

/** Default of ENCRYPTION_KEY outside production. It is public, so it protects nothing. */
const DEVELOPMENT_KEY = Buffer.alloc(32, 'development only ');

/** Its message lists every fault on a line of its own. */
export class InvalidSettings extends StartRefused {
  constructor(readonly faults: readonly string[]) {
    super(`Invalid settings:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
  }
}

/** @throws InvalidSettings with all faults */
export function parseSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const fields = Object.keys(SETTINGS.shape);
  const given = Object.fromEntries(fields.map((field) => [field, nonEmpty(env[variableOf(field)])]));
  const issues = SETTINGS.safeParse(given).error?.issues ?? [];
  const wrong = issues.map(({ path, message }) => ({ field: String(path[0]), message }));
  // Several entries of one list may have the same fault.
  const faults = [...new Set(wrong.map(({ field, message }) => `${variableOf(field)} ${message}`))];
  // Invalid settings get their defaults, so that conflicts between settings are reported in the same start.
  const absent = Object.fromEntries(wrong.map(({ field }) => [field, undefined]));
  const values = SETTINGS.parse({ ...given, ...absent }) as ParsedValues;
  if (given['databaseUrl'] === undefined) {
    faults.push('DATABASE_URL is missing: set it, or use `npm start`, which starts its own PostgreSQL');
  }
  faults.push(...faultsAcross(values));
  const { databaseUrl, encryptionKey, encryptionKeys: keyRing, ...others } = values;
  if (faults.length > 0 || databaseUrl === undefined) throw new InvalidSettings(faults);
  const [first = DEVELOPMENT_KEY, ...former] = encryptionKey === undefined ? keyRing : [encryptionKey];
  const encryptionKeys = [first, ...former] as const;
  return {
    ...others,
    databaseUrl,
    encryptionKeys,
    isEncryptionKeyGuessable: encryptionKeys.some(isGuessable),
    isEncryptionKeyPublic: first === DEVELOPMENT_KEY,
  };
}

/** An empty value counts as absent, so that `NAME=` in a file means the default. */
function nonEmpty(text: string | undefined): string | undefined {
  return text?.trim() === '' ? undefined : text?.trim();
}
