/** Settings of a session by their names in PostgreSQL, with the values that `pg_settings` shows. */
export type SessionSettings = Readonly<Record<string, string>>;

/**
 * What our statements rely on. A role or a database may have other values (`alter role … set`), and those count for
 * every session that does not say. `default_transaction_read_only` is left to the operator: who sets it wants no
 * writes.
 */
const RELIED_ON: SessionSettings = {
  // What is promised: an answer says that it is on disk.
  synchronous_commit: 'on',
  // What values look like.
  TimeZone: 'UTC',
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  bytea_output: 'hex',
  extra_float_digits: '1',
  // What texts mean.
  standard_conforming_strings: 'on',
  array_nulls: 'on',
  transform_null_equals: 'off',
  // What is found. Another schema than that of everybody is named in DATABASE_URL: ?options=-c%20search_path%3Dhooks
  row_security: 'on',
  gin_fuzzy_search_limit: '0',
  // What a transaction sees, and how long it may take.
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
  exit_on_error: 'off',
};

/** The default of PostgreSQL, for a DATABASE_URL that names no other: where tables are is no matter of a role. */
const SEARCH_PATH = { search_path: '"$user", public' };

/**
 * Only newer versions than the oldest that we run on have these, and an older one refuses a session that names them.
 */
const WHERE_THERE_ARE_SUCH: SessionSettings = { transaction_timeout: '0' };

/**
 * The options that a session starts with. They override the settings of a role or a database.
 *
 * @param given options of the operator, which may choose the schema but change nothing that we rely on
 */
export function sessionOptions(session: SessionSettings, given: string): string {
  return [optionsOf(SEARCH_PATH), given, optionsOf({ ...RELIED_ON, ...session })].filter(Boolean).join(' ');
}

function optionsOf(settings: SessionSettings): string {
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value.replace(/[\\\s]/g, '\\$&')}`)
    .join(' ');
}

/** What `sessionCheck` tells. */
export interface SessionState {
  readonly is_read_only: boolean;
  /** Settings that are not as they must be, for people; null when all are. A pooler may have left the options out. */
  readonly wrong: string | null;
}

/** One statement that says whether a session is fit for us. */
export function sessionCheck(session: SessionSettings): string {
  const expected = Object.entries({ ...RELIED_ON, ...session }).map(([name, value]) => `('${name}', '${value}')`);
  const more = Object.entries(WHERE_THERE_ARE_SUCH).map(([name, value]) => `('${name}', '${value}')`);
  return `select current_setting('transaction_read_only') = 'on' as is_read_only,
      (select string_agg(name || ' is ' || setting, ', ') from pg_settings
       join (values ${expected.join(', ')}) expected(name, value) using (name) where setting <> value) as wrong,
      (select count(set_config(name, value, false)) from pg_settings
       join (values ${more.join(', ')}) more(name, value) using (name))`;
}
