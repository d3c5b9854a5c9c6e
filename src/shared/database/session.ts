import { AddressFault } from './database-address.js';

/** Session settings by their PostgreSQL names, with values as `pg_settings` shows them. */
export type SessionSettings = Readonly<Record<string, string>>;

/**
 * Settings that our statements rely on. They are set explicitly, because a role or database may have other defaults
 * (`alter role … set`). `default_transaction_read_only` is left to the operator, who sets it to prevent writes.
 */
const REQUIRED_SETTINGS: SessionSettings = {
  // Durability: an event is accepted only after it is on disk.
  synchronous_commit: 'on',
  // Format of values.
  TimeZone: 'UTC',
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  bytea_output: 'hex',
  extra_float_digits: '1',
  // Syntax and null handling.
  standard_conforming_strings: 'on',
  array_nulls: 'on',
  transform_null_equals: 'off',
  // Query results.
  row_security: 'on',
  gin_fuzzy_search_limit: '0',
  // Isolation and timeouts.
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
  exit_on_error: 'off',
};

/**
 * The default of PostgreSQL, so that a role's own setting has no effect. DATABASE_URL can name another schema:
 * ?options=-c%20search_path%3Dhooks
 */
const SEARCH_PATH: SessionSettings = { search_path: '"$user", public' };

/** Settings that the oldest supported PostgreSQL lacks. */
const NEWER_SETTINGS: SessionSettings = { transaction_timeout: '0' };

/** Our own setting. Each connection gives it a value of its own, and so recognizes its session. */
const MARK = 'webhooks.session';

/** Settings of one session. They are set after connecting, because poolers refuse or ignore start-up options. */
export interface Session {
  /** Unique to the connection. */
  readonly mark: string;
  /** The operator's settings; they may choose the schema but cannot change a setting that we rely on. */
  readonly given: SessionSettings;
  /** What the pool needs in addition to the common settings. */
  readonly required: SessionSettings;
}

interface SessionQuery {
  readonly text: string;
  readonly values: string[][];
}

/** Returns the statement that sets up a session. It overrides the settings of roles and databases. */
export function sessionSetup({ mark, given, required }: Session): SessionQuery {
  const all = { ...SEARCH_PATH, ...given, ...REQUIRED_SETTINGS, ...NEWER_SETTINGS, ...required, [MARK]: mark };
  return {
    text: `select count(set_config(name, value, false)) from unnest($1::text[], $2::text[]) wanted(name, value)
      where name <> all($3::text[]) or current_setting(name, true) is not null`,
    values: [Object.keys(all), Object.values(all), Object.keys(NEWER_SETTINGS)],
  };
}

/** The result of `sessionCheck`. */
export interface SessionState {
  readonly is_read_only: boolean;
  /** Readable list of wrong settings, or null. */
  readonly wrong: string | null;
  /** False if this is not the session that was set up. */
  readonly is_own: boolean;
}

/** Returns a statement that checks whether the session still has the settings of its setup. */
export function sessionCheck({ mark, required }: Session): SessionQuery {
  const all = { ...REQUIRED_SETTINGS, ...required };
  return {
    text: `select current_setting('transaction_read_only') = 'on' as is_read_only,
      current_setting('${MARK}', true) is not distinct from ($3::text[])[1] as is_own,
      (select string_agg(name || ' is ' || setting, ', ') from pg_settings
       join unnest($1::text[], $2::text[]) expected(name, value) using (name) where setting <> value) as wrong`,
    values: [Object.keys(all), Object.values(all), [mark]],
  };
}

/**
 * Parses the `options` of DATABASE_URL: `-c name=value`, or `--name=value`, with a backslash before a space in a value.
 *
 * @throws AddressFault
 */
export function parseSessionOptions(options: string): SessionSettings {
  const words = [...options.matchAll(/(?:\\.|[^\\\s])+/gs)].map(([word]) => word.replace(/\\(.)/gs, '$1'));
  const settings: Record<string, string> = {};
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] === '-c' ? `-c${words[(index += 1)] ?? ''}` : (words[index] ?? '');
    const [, name, value] = /^(?:-c|--)([A-Za-z_][\w.-]*)=(.*)$/s.exec(word) ?? [];
    if (name === undefined || value === undefined) {
      throw new AddressFault('has options that are not of the form -c name=value');
    }
    settings[name.replaceAll('-', '_')] = value;
  }
  return settings;
}
