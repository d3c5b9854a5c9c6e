/** Where a Redis is: one server, a master that Sentinels know, or a Cluster. */
export type RedisAddress =
  | { readonly kind: 'single'; readonly url: string }
  | ({ readonly kind: 'sentinel'; readonly masterName: string; readonly db: number } & Servers)
  | ({ readonly kind: 'cluster' } & Servers);

/** The Sentinels, or some of the nodes of the Cluster. User and password are those of the Redis servers themselves. */
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

/** What REDIS_URL may look like, for people. */
export const REDIS_URL_FORMS =
  'redis://host:port, rediss://…, unix:///path, redis+sentinel://[user:password@]host:port,host:port/master[/db] or ' +
  'redis+cluster://[user:password@]host:port,host:port';

/** @returns null when the text is none of the forms */
export function parseRedisUrl(text: string): RedisAddress | null {
  const match = MANY.exec(text);
  if (match === null) {
    const isSingle = URL.canParse(text) && SINGLE_PROTOCOLS.has(new URL(text).protocol);
    return isSingle ? { kind: 'single', url: text } : null;
  }
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
 * What keys begin with. In a Cluster only keys with the same tag in braces are sure to be on the same node, and a
 * script may touch no others.
 */
export function keyRoot(
  settings: { readonly redisUrl: string | undefined; readonly queuePrefix: string },
  tag = settings.queuePrefix,
): string {
  const isCluster = settings.redisUrl !== undefined && parseRedisUrl(settings.redisUrl)?.kind === 'cluster';
  return isCluster ? `{${tag}}` : settings.queuePrefix;
}
