/** Types of parameters, and the values that they take. Arrays may hold null; any scalar may be null. */
interface SqlTypes {
  readonly uuid: string;
  readonly text: string;
  readonly int: number;
  readonly float8: number;
  readonly boolean: boolean;
  readonly bytea: Buffer;
  readonly 'uuid[]': readonly (string | null)[];
  readonly 'text[]': readonly (string | null)[];
  readonly 'smallint[]': readonly (number | null)[];
  readonly 'int[]': readonly (number | null)[];
  readonly 'float8[]': readonly (number | null)[];
  readonly 'boolean[]': readonly boolean[];
}
type SqlType = keyof SqlTypes;

/** Names of parameters with their types. */
export type Parameters = Readonly<Record<string, SqlType>>;
type ValueOf<Type extends SqlType> = Type extends `${string}[]` ? SqlTypes[Type] : SqlTypes[Type] | null;
type ValuesOf<P extends Parameters> = { readonly [Name in keyof P]: ValueOf<P[Name]> };
/** What stands for each parameter in the text, cast to its type: `$1::uuid[]`. */
export type Placeholders<P extends Parameters> = { readonly [Name in keyof P]: string };

/** A statement with its values, ready to run. */
export interface BoundStatement {
  readonly name: string;
  readonly text: string;
  /** Buffers are sent in binary, all other values as text. */
  readonly values: unknown[];
  readonly isOfOneDay: boolean;
}

/** A statement of the delivery path, prepared once per connection under its name. */
export interface Statement<Values = unknown> {
  readonly name: string;
  readonly text: string;
  /** Types of the parameters, $1 first. */
  readonly types: readonly string[];
  /** The indexes that find its rows; a test compares them with the plan. */
  readonly servedBy: readonly string[];
  with(values: Values): BoundStatement;
}

interface Definition<P extends Parameters> {
  readonly name: string;
  readonly servedBy: readonly string[];
  /** The statement names a daily partition. If that partition does not exist, the result is empty. */
  readonly isOfOneDay?: boolean;
  readonly parameters: P;
  readonly text: (placeholders: Placeholders<P>) => string;
}

/** Defines a statement whose parameters have names: $1 is the first of them. */
export function statement<const P extends Parameters>({
  name,
  servedBy,
  isOfOneDay = false,
  parameters,
  text,
}: Definition<P>): Statement<ValuesOf<P>> {
  const entries = Object.entries(parameters);
  const placeholders = entries.map(([parameter, type], index) => [parameter, `$${index + 1}::${type}`]);
  const finished = text(Object.fromEntries(placeholders) as Placeholders<P>);
  return {
    name,
    text: finished,
    types: Object.values(parameters),
    servedBy,
    with: (values) => ({
      name,
      text: finished,
      values: entries.map(([parameter, type]) => encoded(type, (values as Record<string, unknown>)[parameter])),
      isOfOneDay,
    }),
  };
}

function encoded(type: SqlType, value: unknown): unknown {
  if (type === 'text[]') return textArray(value as readonly (string | null)[]);
  return type.endsWith('[]') ? plainArray(value as readonly (string | number | boolean | null)[]) : value;
}

/** Formats ids or numbers as a PostgreSQL array. Saves the driver's check for characters to escape. */
function plainArray(elements: readonly (string | number | boolean | null)[]): string {
  return `{${elements.map((element) => element ?? 'null').join(',')}}`;
}

const NEEDS_ESCAPE = /["\\]/;

/** Formats texts as a PostgreSQL array. Most texts need no escaping, so they are only tested for it. */
function textArray(elements: readonly (string | null)[]): string {
  return `{${elements.map(textElement).join(',')}}`;
}

function textElement(text: string | null): string {
  if (text === null) return 'null';
  return NEEDS_ESCAPE.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : `"${text}"`;
}
