import { isGuessable } from '../crypto/guessable-key.js';
import { StartRefused } from '../errors/start-refused.js';
import { faultsAcross } from './setting-conflicts.js';
import { SETTINGS, type Values as ParsedValues, variableOf } from './setting-list.js';

interface SettingValues extends Omit<ParsedValues, 'encryptionKey' | 'encryptionKeys'> {
  readonly databaseUrl: string;
  /** The first one encrypts; all of them decrypt. */
  readonly encryptionKeys: readonly [Buffer, ...Buffer[]];
  /**
   * Neither ENCRYPTION_KEY nor ENCRYPTION_KEYS is set: secrets are sealed under a key that stands in the source. Never
   * so in production.
   */
  readonly isEncryptionKeyPublic: boolean;
  /** One of the keys is not random. Never so in production. */
  readonly isEncryptionKeyGuessable: boolean;
}

const Values = Object as unknown as abstract new () => SettingValues;

/** The settings a process runs with: checked, typed and complete. Injected by this class; any such object will do. */
export abstract class Settings extends Values {}

/** What stands in for ENCRYPTION_KEY outside production. Known to everybody, so it protects nothing. */
const DEVELOPMENT_KEY = Buffer.alloc(32, 'development only ');

/** Lists every wrong setting, one a line. */
export class InvalidSettings extends StartRefused {
  constructor(readonly faults: readonly string[]) {
    super(`The settings can't be used:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
  }
}

/** @throws InvalidSettings naming all faults at once. */
export function parseSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const fields = Object.keys(SETTINGS.shape);
  const given = Object.fromEntries(fields.map((field) => [field, nonEmpty(env[variableOf(field)])]));
  const issues = SETTINGS.safeParse(given).error?.issues ?? [];
  const wrong = issues.map(({ path, message }) => ({ field: String(path[0]), message }));
  const faults = wrong.map(({ field, message }) => `${variableOf(field)} ${message}`);
  // A faulty setting takes its default, so that faults across settings are found in the same start.
  const absent = Object.fromEntries(wrong.map(({ field }) => [field, undefined]));
  const values = SETTINGS.parse({ ...given, ...absent }) as ParsedValues;
  if (given['databaseUrl'] === undefined) {
    faults.push('DATABASE_URL is missing: set it, or use `npm start`, which brings its own PostgreSQL');
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

/** An empty text counts as absent, so that `NAME=` in a file is the same as leaving it out. */
function nonEmpty(text: string | undefined): string | undefined {
  return text?.trim() === '' ? undefined : text?.trim();
}
