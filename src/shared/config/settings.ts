import { isGuessable } from '../crypto/guessable-key.js';
import { StartRefused } from '../errors/start-refused.js';
import { SettingFault } from './setting.js';
import { faultsAcross } from './setting-conflicts.js';
import { SETTINGS, type Values as ParsedValues } from './setting-list.js';

interface SettingValues extends Omit<ParsedValues, 'encryptionKey' | 'encryptionKeyRing'> {
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
  const faults: string[] = [];
  const parsed = Object.entries(SETTINGS).map(([field, setting]) => {
    try {
      return [field, setting.parse(env[setting.name])];
    } catch (error) {
      if (!(error instanceof SettingFault)) throw error;
      faults.push(`${setting.name} ${error.message}`);
      return [field, setting.parse(undefined)];
    }
  });
  const values = Object.fromEntries(parsed) as ParsedValues;
  if (values.databaseUrl === undefined && !faults.some((fault) => fault.startsWith('DATABASE_URL '))) {
    faults.push('DATABASE_URL is missing: set it, or use `npm start`, which brings its own PostgreSQL');
  }
  faults.push(...faultsAcross(values));
  if (faults.length > 0 || values.databaseUrl === undefined) throw new InvalidSettings(faults);
  const { encryptionKey, encryptionKeyRing, ...others } = values;
  const [first = DEVELOPMENT_KEY, ...former] = encryptionKey === undefined ? encryptionKeyRing : [encryptionKey];
  const encryptionKeys = [first, ...former] as const;
  return {
    ...others,
    databaseUrl: values.databaseUrl,
    encryptionKeys,
    isEncryptionKeyGuessable: encryptionKeys.some(isGuessable),
    isEncryptionKeyPublic: first === DEVELOPMENT_KEY,
  };
}
