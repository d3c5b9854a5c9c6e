/** Address of Redis: a single server, a master behind Sentinels, or a Cluster. */
export type RedisAddress =
  | { readonly kind: 'single'; readonly url: string; readonly db: number }
  | ({ readonly kind: 'sentinel'; readonly masterName: string; readonly db: number } & Servers)
  | ({ readonly kind: 'cluster' } & Servers);

/** Sentinels, or some nodes of a Cluster. User and password belong to the Redis servers, not to the Sentinels. */
interface Servers {
  readonly servers: readonly { readonly host: string; readonly port: number }[];
  readonly username?: string;
  readonly password?: string;
  readonly isTls: boolean;
}

const DEFAULT_PORT = { sentinel: 26_379, cluster: 6379 };
const SINGLE_PROTOCOLS = new Set(['redis:', 'rediss:', 'unix:']);
const MANY = /^(rediss?)\+(sentinel|cluster):\/\/(?:([^@/]*)@)?([^/?#]+)(?:\/(.*))?$/;
const SERVER = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?$/;

/** Accepted forms of REDIS_URL, for error messages. */
export const REDIS_URL_FORMS =
  'redis://[user:password@]host:port[/db], rediss://…, unix:///path[?db=db], ' +
  'redis+sentinel://[user:password@]host:port,host:port/master[/db] or ' +
  'redis+cluster://[user:password@]host:port,host:port';

/** @returns null if the text has none of the accepted forms */
export function parseRedisUrl(text: string): RedisAddress | null {
  const match = MANY.exec(text);
  if (match === null) return parseSingle(text);
  const [, scheme, kind, userInfo, hosts = '', path = ''] = match as unknown as [string, string, 'sentinel' | 'cluster', ...(string | undefined)[]]; // prettier-ignore
  const servers = hosts.split(',').map((server) => SERVER.exec(server));
  const parsed = servers.flatMap((server) =>
    server?.[1] === undefined
      ? []
      : [{ host: server[1].replace(/^\[|\]$/g, ''), port: Number(server[2] ?? DEFAULT_PORT[kind]) }],
  );
  if (parsed.length !== servers.length) return null;
  const common = { servers: parsed, isTls: scheme === 'rediss', ...credentials(userInfo) };
  if (kind === 'cluster') return path === '' ? { kind, ...common } : null;
  const [masterName = '', db = '0', ...rest] = path.split('/');
  const isComplete = /^[A-Za-z0-9._-]+$/.test(masterName) && /^\d{1,3}$/.test(db) && rest.length === 0;
  return isComplete ? { kind, masterName, db: Number(db), ...common } : null;
}

/** Refuses what ioredis would ignore, because the service would then use database 0, or no password. */
function parseSingle(url: string): RedisAddress | null {
  const parsed = URL.parse(url);
  if (parsed === null || !SINGLE_PROTOCOLS.has(parsed.protocol)) return null;
  const { protocol, pathname, searchParams } = parsed;
  const isSocket = protocol === 'unix:';
  const parameter = isSocket ? 'db' : 'family';
  if ([...searchParams.keys()].some((name) => name !== parameter) || searchParams.size > 1) return null;
  if (!/^[046]?$/.test(isSocket ? '' : (searchParams.get('family') ?? ''))) return null;
  const db = isSocket ? (searchParams.get('db') ?? '0') : pathname.slice(1) || '0';
  return /^\d{1,5}$/.test(db) ? { kind: 'single', url, db: Number(db) } : null;
}

function credentials(userInfo: string | undefined): { username?: string; password?: string } {
  if (userInfo === undefined || userInfo === '') return {};
  const at = userInfo.indexOf(':');
  const [username, password] = at === -1 ? ['', userInfo] : [userInfo.slice(0, at), userInfo.slice(at + 1)];
  return {
    ...(username !== '' && { username: decodeURIComponent(username) }),
    password: decodeURIComponent(password),
  };
}

/**
 * Prefix of keys. In a Cluster, it has a hash tag in braces, because only keys with the same tag are guaranteed to be
 * on one node, and a script may use only keys of one node.
 */
export function keyRoot(
  settings: { readonly redisUrl: string | undefined; readonly queuePrefix: string },
  tag = settings.queuePrefix,
): string {
  const isCluster = settings.redisUrl !== undefined && parseRedisUrl(settings.redisUrl)?.kind === 'cluster';
  return isCluster ? `{${tag}}` : settings.queuePrefix;
}
