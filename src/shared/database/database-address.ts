/** Where PostgreSQL is and who asks, as DATABASE_URL says. */
export interface DatabaseAddress {
  /** A name, an address, or the directory of a Unix socket. */
  readonly host: string;
  readonly port: number;
  /** Undefined when the URL names nobody: then whoever runs this process. */
  readonly user: string | undefined;
  readonly password: string;
  /** Undefined when the URL names none: then the one that is called like the user. */
  readonly database: string | undefined;
  /** Settings of the session, as `-c name=value`. */
  readonly options: string;
  /** What says how TLS is used, as it stands in the query: `sslmode=require&sslrootcert=…`. */
  readonly tls: string;
}

/** Says what is wrong with a DATABASE_URL, and repeats no part of it that could belong to a password. */
export class AddressFault extends Error {}

const SCHEME = /^postgres(?:ql)?:\/\//i;
const DEFAULT_PORT = 5432;
/** Any other parameter is left alone: there are many, for many drivers. */
const TLS_PARAMETERS = /^(ssl|sslmode|sslcert|sslkey|sslrootcert|sslnegotiation|uselibpqcompat)$/;

/**
 * Reads every form of URL that libpq and node-postgres know: hosts in the query, sockets as `?host=/directory` or
 * percent-encoded in the place of the host, and no host at all, which is localhost.
 *
 * @throws AddressFault
 */
export function parseDatabaseUrl(text: string): DatabaseAddress {
  const scheme = SCHEME.exec(text);
  if (scheme === null) throw new AddressFault('must be a URL that begins with postgres:// or postgresql://');
  const [beforeQuery = '', ...queries] = text.slice(scheme[0].length).split('?');
  const query = parametersOf(queries.join('?'));
  const slash = beforeQuery.indexOf('/');
  const authority = slash === -1 ? beforeQuery : beforeQuery.slice(0, slash);
  const path = slash === -1 ? '' : beforeQuery.slice(slash + 1);
  if (!authority.includes('@') && (path + queries.join('?')).includes('@')) {
    throw new AddressFault('must have "/" and "?" in its user and password as %2F and %3F');
  }
  const at = authority.lastIndexOf('@');
  const [user, password] = splitAt(authority.slice(0, Math.max(at, 0)), ':');
  const { host, port } = serverOf(authority.slice(at + 1), query);
  const tls = [...query].filter(([name]) => TLS_PARAMETERS.test(name));
  return {
    host: host === '' ? 'localhost' : host,
    port,
    user: query.get('user') ?? nonEmpty(decode(user)),
    password: query.get('password') ?? decode(password ?? ''),
    database: query.get('dbname') ?? nonEmpty(decode(path)),
    options: query.get('options') ?? '',
    tls: new URLSearchParams(tls).toString(),
  };
}

/** "+" is a blank there, as URLSearchParams writes it. */
function parametersOf(query: string): Map<string, string> {
  const pairs = query
    .replaceAll('+', ' ')
    .split('&')
    .map((pair) => splitAt(pair, '='));
  return new Map(
    pairs.map(([name, value = '']) => [decode(name), decode(value)] as const).filter(([, value]) => value),
  );
}

/** The query is stronger than what stands before it. */
function serverOf(text: string, query: ReadonlyMap<string, string>): { host: string; port: number } {
  const [, bracketed, plain = '', portText = ''] = /^(?:\[([^\]]*)\]|([^:]*))(?::(.*))?$/.exec(text) ?? [];
  const host = query.get('host') ?? decode(bracketed ?? plain);
  const port = query.get('port') ?? portText;
  if (`${host}${port}`.includes(',')) {
    throw new AddressFault('must name one host: for several, name a proxy or a DNS name that leads to the primary');
  }
  if (!/^(\/.*|[^\s[\]@:/]*|[0-9a-f:.]+(%\w+)?)$/i.test(host)) {
    throw new AddressFault('has an invalid host, or "@" or ":" in its password that must be written %40 or %3A');
  }
  if (port === '') return { host, port: DEFAULT_PORT };
  if (/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535) return { host, port: Number(port) };
  throw new AddressFault('has a port that is not a number from 1 to 65535, or a password with ":" or "@" not encoded');
}

function splitAt(text: string, separator: string): [before: string, after?: string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** A "%" that begins no code stands for itself: passwords are often written as they are. */
function decode(text: string): string {
  try {
    return text.replace(/(?:%[0-9a-f]{2})+/gi, (codes) => decodeURIComponent(codes));
  } catch {
    throw new AddressFault('has a code such as %E4 that is no UTF-8; a "%" itself is written %25');
  }
}

function nonEmpty(text: string): string | undefined {
  return text === '' ? undefined : text;
}
