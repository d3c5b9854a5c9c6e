import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { envExample } from './env-example.js';
import { SETTINGS } from './setting-list.js';
import { InvalidSettings, parseSettings } from './settings.js';

const DATABASE = { DATABASE_URL: 'postgres://localhost/webhooks' };

const RANDOM_KEY = randomBytes(32).toString('hex');

function faultsOf(env: Record<string, string>): readonly string[] {
  try {
    parseSettings({ ...DATABASE, ...env });
  } catch (error) {
    if (error instanceof InvalidSettings) return error.faults;
    throw error;
  }
  return [];
}

describe('settings', () => {
  it('have the documented defaults', () => {
    expect(parseSettings(DATABASE)).toMatchObject({
      port: 8000,
      host: '127.0.0.1',
      maxRetries: 5,
      initialRetryInterval: 10,
      maxRetryInterval: 3600,
      webhookTimeout: 15,
      maxPayloadBytes: 1_048_576,
      retentionDays: 30,
      allowedTargetCidrs: [],
      allowedTargetPorts: [],
      dnsServers: [],
      databaseReadUrl: undefined,
      readLagLimit: 30,
      requireHttps: false,
      egressProxyUrl: undefined,
      redisUrl: undefined,
    });
  });

  it('have their defaults when they are empty', () => {
    expect(parseSettings({ ...DATABASE, PORT: '', REDIS_URL: ' ' })).toMatchObject({ port: 8000, redisUrl: undefined });
  });

  it('are parsed into their types', () => {
    const settings = parseSettings({
      ...DATABASE,
      ALLOWED_TARGET_CIDRS: '10.0.0.0/8, ::1/128',
      ALLOWED_TARGET_HOSTS: '*.svc.internal',
      ALLOWED_TARGET_PORTS: '443, 8443,65535',
      REQUIRE_HTTPS: 'true',
      EGRESS_PROXY_URL: 'http://user:p%40ss@proxy.internal:3128',
      INITIAL_RETRY_INTERVAL: '0.5',
      ENCRYPTION_KEY: 'ab'.repeat(32),
    });
    expect(settings).toMatchObject({
      allowedTargetCidrs: ['10.0.0.0/8', '::1/128'],
      allowedTargetHosts: ['*.svc.internal'],
      allowedTargetPorts: [443, 8443, 65_535],
      requireHttps: true,
      egressProxyUrl: 'http://user:p%40ss@proxy.internal:3128',
      initialRetryInterval: 0.5,
    });
    expect(settings.encryptionKeys.map((key) => key.toString('hex'))).toEqual(['ab'.repeat(32)]);
  });

  it('refuse a usual rate of replays above the maximum', () => {
    expect(faultsOf({ MAX_REPLAY_RATE: '50' })).toEqual(['REPLAY_RATE must be at most MAX_REPLAY_RATE']);
    expect(faultsOf({ MAX_REPLAY_RATE: '50', REPLAY_RATE: '50' })).toEqual([]);
  });

  it('report all faults together', () => {
    const faults = faultsOf({ PORT: '70000', MAX_RETRIES: '1.5', LOG_LEVEL: 'loud', NODE_ENV: 'production' });
    expect(faults.map((fault) => fault.split(' ')[0])).toEqual(['PORT', 'LOG_LEVEL', 'MAX_RETRIES', 'ENCRYPTION_KEY']);
  });

  it.each([
    ['DATABASE_URL', 'mysql://user:hunter2@host/db'],
    ['DATABASE_READ_URL', 'postgres://user:hunter2@host:many/db'],
    ['REDIS_URL', 'http://user:hunter2@host'],
    ['ENCRYPTION_KEY', 'hunter2'],
    ['EGRESS_PROXY_URL', 'https://user:hunter2@proxy:3128'],
    ['EGRESS_PROXY_URL', 'user:hunter2@proxy:3128'],
    ['EGRESS_PROXY_URL', 'http://user:hunter2%@proxy:3128'],
    ['EGRESS_PROXY_URL', 'http://user:3128/hunter2@proxy:3128'],
    ['EGRESS_PROXY_URL', 'http://user:3128\\hunter2@proxy:3128'],
    ['EGRESS_PROXY_URL', 'http://user:3128#hunter2@proxy:3128'],
    ['EGRESS_PROXY_URL', 'http://user:3128?hunter2@proxy:3128'],
  ])('never repeat what may be a secret in a message: %s', (name, value) => {
    const faults = faultsOf({ [name]: value });
    expect(faults.join()).toContain(name);
    expect(faults.join()).not.toContain('hunter2');
  });

  it.each([
    ['ENCRYPTION_KEY', '00'.repeat(32)],
    ['ENCRYPTION_KEY', `${'A'.repeat(43)}=`],
    ['ENCRYPTION_KEY', '0123456789abcdef'.repeat(4)],
    ['ENCRYPTION_KEY', Buffer.alloc(32, 'development only ').toString('base64')],
    ['ENCRYPTION_KEY', Buffer.from('passwordpasswordpassword-passwor').toString('base64')],
    ['ENCRYPTION_KEYS', `${RANDOM_KEY},${'ab'.repeat(32)}`],
    ['ENCRYPTION_KEYS', `${'ab'.repeat(32)},${RANDOM_KEY}`],
  ])('refuse a key that can be guessed in production: %s', (name, value) => {
    const [fault, ...others] = faultsOf({ NODE_ENV: 'production', [name]: value });
    expect(others).toEqual([]);
    expect(fault).toContain(name);
    expect(fault).toContain('openssl rand -base64 32');
    expect(parseSettings({ ...DATABASE, [name]: value }).isEncryptionKeyGuessable).toBe(true);
  });

  it('accept random keys in production, in hex, base64 and base64url', () => {
    for (const form of ['hex', 'base64', 'base64url'] as const) {
      const text = Buffer.from(RANDOM_KEY, 'hex').toString(form);
      const { encryptionKeys, isEncryptionKeyGuessable } = parseSettings({ ...DATABASE, NODE_ENV: 'production', ENCRYPTION_KEY: text }); // prettier-ignore
      expect([encryptionKeys[0].toString('hex'), isEncryptionKeyGuessable]).toEqual([RANDOM_KEY, false]);
    }
  });

  it.each(['a passphrase of many words that somebody thought of', `"${'A'.repeat(43)}="`, `${'A'.repeat(42)}*=`])(
    'refuse a key that is neither base64 nor hex: %s',
    (text) => {
      expect(faultsOf({ ENCRYPTION_KEY: text })).toEqual([expect.stringContaining('base64 or hex')]);
    },
  );

  it.each(['https://webhooks.example.com', 'https://example.com/webhooks/', 'http://localhost:8000'])(
    'accept %s as the URL for browsers',
    (url) => {
      expect(faultsOf({ PUBLIC_URL: url })).toEqual([]);
    },
  );

  it.each([
    'http://webhooks.example.com',
    'webhooks.example.com',
    'https://webhooks.example.com/?a=b',
    'https://webhooks.example.com/#a',
    'https://user:password@webhooks.example.com',
    'ftp://localhost',
  ])('refuse %s as the URL for browsers', (url) => {
    expect(faultsOf({ PUBLIC_URL: url })).toEqual([expect.stringContaining('PUBLIC_URL must be an https URL')]);
  });

  it('refuse sessions that could be unused for longer than they live', () => {
    expect(faultsOf({ SESSION_IDLE_TIMEOUT: '3600', SESSION_MAX_LIFETIME: '1800' })).toEqual([
      'SESSION_MAX_LIFETIME must be at least SESSION_IDLE_TIMEOUT',
    ]);
  });

  it.each(['10.0.0.0/33', '10.0.0/8', 'localhost', '::1/129', '10.0.0.0/8/8'])(
    'refuse %s as an address range',
    (cidr) => {
      expect(faultsOf({ ALLOWED_TARGET_CIDRS: cidr })).toHaveLength(1);
    },
  );

  it.each([
    'http://proxy:3128',
    'http://proxy:80/',
    'http://proxy',
    'http://10.0.0.1:3128',
    'http://[fd00::1]:3128',
    'http://user@proxy:3128',
  ])('accept %s as an egress proxy', (egressProxyUrl) => {
    expect(parseSettings({ ...DATABASE, EGRESS_PROXY_URL: egressProxyUrl })).toMatchObject({ egressProxyUrl });
  });

  it.each(['10.0.0.53', '10.0.0.53:5353', '::1', '[::1]:53'])('accept %s as a name server', (server) => {
    expect(parseSettings({ ...DATABASE, DNS_SERVERS: server }).dnsServers).toEqual([server]);
  });

  it.each(['dns.example.com', '10.0.0.53:0', '10.0.0.53:x', '10.0.0', '10.0.0.53,'])(
    'refuse %s as name servers',
    (servers) => {
      expect(faultsOf({ DNS_SERVERS: servers })).toEqual([expect.stringContaining('DNS_SERVERS')]);
    },
  );

  it.each(['hooks.internal', '*.svc.internal', 'hooks.internal.', 'hook', '10.0.0.1', 'fd00::1'])(
    'accept %s as an allowed host',
    (host) => {
      expect(faultsOf({ ALLOWED_TARGET_HOSTS: host })).toEqual([]);
    },
  );

  it.each(['hooks.internal:8080', '[fd00::1]', 'a..internal', '*.', '*', 'http://hook', 'a.*.internal'])(
    'refuse %s as an allowed host, because it would match nothing',
    (host) => {
      expect(faultsOf({ ALLOWED_TARGET_HOSTS: host })).toEqual([expect.stringContaining('ALLOWED_TARGET_HOSTS')]);
    },
  );

  it.each(['0', '65536', '443,', '443;8443', '-1', '4e2', 'https', '443-445'])('refuse %s as ports', (ports) => {
    expect(faultsOf({ ALLOWED_TARGET_PORTS: ports })).toEqual([expect.stringContaining('ALLOWED_TARGET_PORTS')]);
  });

  it.each(['yes', '1', 'TRUE', 'https'])('refuse %s as true or false', (isRequired) => {
    expect(faultsOf({ REQUIRE_HTTPS: isRequired })).toEqual([expect.stringContaining('REQUIRE_HTTPS')]);
  });

  it.each([
    ['1', 1],
    ['64', 64],
    ['auto', Math.min(availableParallelism(), 64)],
  ])('accept %s processes', (given, processes) => {
    const redis = { REDIS_URL: 'redis://localhost' };
    expect(parseSettings({ ...DATABASE, ...redis, PROCESSES: given }).processes).toBe(processes);
  });

  it.each(['0', '65', '-1', '1.5', '2e0', 'AUTO', 'all'])('refuse %s processes', (given) => {
    expect(faultsOf({ PROCESSES: given })).toEqual([
      `PROCESSES must be a whole number from 1 to 64, or auto, not "${given}"`,
    ]);
  });

  it('refuse several processes without Redis', () => {
    expect(faultsOf({ PROCESSES: '2' })).toEqual([expect.stringContaining('Set REDIS_URL')]);
    expect(faultsOf({ PROCESSES: '1' })).toEqual([]);
  });

  it('refuse a retention that is shorter than all retries together', () => {
    const slow = { MAX_RETRIES: '10', MAX_RETRY_INTERVAL: '86400' };
    expect(faultsOf({ ...slow, RETENTION_DAYS: '12' })).toEqual([expect.stringContaining('RETENTION_DAYS')]);
    expect(faultsOf({ ...slow, RETENTION_DAYS: '13' })).toEqual([]);
  });

  it('all have a description', () => {
    const undescribed = Object.entries(SETTINGS.shape).filter(([, schema]) => !schema.description);
    expect(undescribed).toEqual([]);
  });

  it('are listed in .env.example as in the code', () => {
    expect(readFileSync('.env.example', 'utf8')).toBe(envExample());
  });
});
