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
const SEARCH_PATH = { search_path: '"$user", public' };

/** Settings that the oldest supported PostgreSQL lacks. It would refuse a session that sets them at the start. */
const NEWER_SETTINGS: SessionSettings = { transaction_timeout: '0' };

/**
 * Returns the start-up options of a session. They override the settings of roles and databases.
 *
 * @param given the operator's options; they may choose the schema but cannot change a setting that we rely on
 */
export function sessionOptions(session: SessionSettings, given: string): string {
  return [optionsOf(SEARCH_PATH), given, optionsOf({ ...REQUIRED_SETTINGS, ...session })].filter(Boolean).join(' ');
}

function optionsOf(settings: SessionSettings): string {
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value.replace(/[\\\s]/g, '\\$&')}`)
    .join(' ');
}

/** The result of `sessionCheck`. */
export interface SessionState {
  readonly is_read_only: boolean;
  /** Readable list of wrong settings, or null. A pooler may have dropped the start-up options. */
  readonly wrong: string | null;
}

/** Returns a statement that checks a session's settings, and sets those that only newer versions have. */
export function sessionCheck(session: SessionSettings): string {
  const expected = Object.entries({ ...REQUIRED_SETTINGS, ...session }).map(
    ([name, value]) => `('${name}', '${value}')`,
  );
  const newer = Object.entries(NEWER_SETTINGS).map(([name, value]) => `('${name}', '${value}')`);
  return `select current_setting('transaction_read_only') = 'on' as is_read_only,
      (select string_agg(name || ' is ' || setting, ', ') from pg_settings
       join (values ${expected.join(', ')}) expected(name, value) using (name) where setting <> value) as wrong,
      (select count(set_config(name, value, false)) from pg_settings
       join (values ${newer.join(', ')}) newer(name, value) using (name))`;
}
