/** The parsed DATABASE_URL. */
export interface DatabaseAddress {
  /** A name, an address, or the directory of a Unix socket. */
  readonly host: string;
  readonly port: number;
  /** Undefined if the URL names no user; the default is the operating system user of this process. */
  readonly user: string | undefined;
  readonly password: string;
  /** Undefined if the URL names no database; the default is the user's name. */
  readonly database: string | undefined;
  /** Session settings as `-c name=value`. */
  readonly options: string;
  /** All parameters of the query. Other drivers define many of their own, so unknown ones are ignored. */
  readonly query: ReadonlyMap<string, string>;
}

/** Says what is wrong with a DATABASE_URL without repeating any part of it that could belong to a password. */
export class AddressFault extends Error {}

const SCHEME = /^postgres(?:ql)?:\/\//i;
const DEFAULT_PORT = 5432;
/**
 * Parses the URL formats of libpq and node-postgres: a host in the query, a socket directory as `?host=/directory` or
 * percent-encoded as the host, and no host, which means localhost.
 *
 * @throws AddressFault
 */
export function parseDatabaseUrl(text: string): DatabaseAddress {
  const scheme = SCHEME.exec(text);
  if (scheme === null) throw new AddressFault('must be a URL that starts with postgres:// or postgresql://');
  const [beforeQuery = '', ...queries] = text.slice(scheme[0].length).split('?');
  const query = parametersOf(queries.join('?'));
  const slash = beforeQuery.indexOf('/');
  const authority = slash === -1 ? beforeQuery : beforeQuery.slice(0, slash);
  const path = slash === -1 ? '' : beforeQuery.slice(slash + 1);
  if (path.includes('@') || (!authority.includes('@') && queries.join('?').includes('@'))) {
    throw new AddressFault('must encode "/" and "?" in the user and password as %2F and %3F');
  }
  const at = authority.lastIndexOf('@');
  const [user, password] = splitAt(authority.slice(0, Math.max(at, 0)), ':');
  const { host, port } = serverOf(authority.slice(at + 1), query);
  return {
    host: host === '' ? 'localhost' : host,
    port,
    user: query.get('user') ?? nonEmpty(decode(user)),
    password: query.get('password') ?? decode(password ?? ''),
    database: query.get('dbname') ?? nonEmpty(decode(path)),
    options: query.get('options') ?? '',
    query,
  };
}

/** Parses query parameters. "+" means a space, as URLSearchParams writes it. */
function parametersOf(query: string): Map<string, string> {
  const pairs = query
    .replaceAll('+', ' ')
    .split('&')
    .map((pair) => splitAt(pair, '='));
  return new Map(
    pairs.map(([name, value = '']) => [decode(name), decode(value)] as const).filter(([, value]) => value),
  );
}

/** Returns host and port; those in the query take precedence. */
function serverOf(text: string, query: ReadonlyMap<string, string>): { host: string; port: number } {
  const [, bracketed, plain = '', portText = ''] = /^(?:\[([^\]]*)\]|([^:]*))(?::(.*))?$/.exec(text) ?? [];
  const host = query.get('host') ?? decode(bracketed ?? plain);
  const port = query.get('port') ?? portText;
  if (`${host}${port}`.includes(',')) {
    throw new AddressFault(
      'must name one host; for several servers, name a proxy or a DNS name that points to the primary',
    );
  }
  if (!/^(\/.*|[^\s[\]@:/]*|[0-9a-f:.]+(%\w+)?)$/i.test(host)) {
    throw new AddressFault(
      'has an invalid host, or a password with an unencoded "@" or ":"; write them as %40 and %3A',
    );
  }
  if (port === '') return { host, port: DEFAULT_PORT };
  if (/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535) return { host, port: Number(port) };
  throw new AddressFault(
    'has a port that is not a number from 1 to 65535, or a password with an unencoded "@" or ":"; write them as %40 and %3A',
  );
}

function splitAt(text: string, separator: string): [before: string, after?: string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** Decodes percent-encoding. A "%" without two hex digits is kept, because passwords are often not encoded. */
function decode(text: string): string {
  try {
    return text.replace(/(?:%[0-9a-f]{2})+/gi, (codes) => decodeURIComponent(codes));
  } catch {
    throw new AddressFault('has a percent-encoded byte such as %E4 that is not UTF-8; write a literal "%" as %25');
  }
}

function nonEmpty(text: string): string | undefined {
  return text === '' ? undefined : text;
}
