import { unknownSettings } from './unknown-settings.js';

describe('a variable that is not a setting', () => {
  it.each([
    ['MAX_RETRY', 'MAX_RETRIES'],
    ['REDIS_URI', 'REDIS_URL'],
    ['DATABASE_POOLSIZE', 'DATABASE_POOL_SIZE'],
    ['ENCRYPTON_KEY', 'ENCRYPTION_KEY'],
    ['ALLOWED_TARGET_CIDR', 'ALLOWED_TARGET_CIDRS'],
    ['WEBHOOK_TIMEOUT_MS', 'WEBHOOK_TIMEOUT'],
    ['max_retries', 'MAX_RETRIES'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['PORTS', 'PORT'],
  ])('is taken for a misspelling: %s for %s', (given, nearest) => {
    expect(unknownSettings({ [given]: '1' })).toEqual([{ given, nearest }]);
  });

  it.each([
    'PATH',
    'HOME',
    'HOSTNAME',
    'USER',
    'PWD',
    'TERM',
    'SHELL',
    'PGHOST',
    'POSTGRES_PASSWORD',
    'REDIS_SERVICE_HOST',
    'KUBERNETES_PORT_443_TCP',
    'PORT_8000',
    'NODE_OPTIONS',
    'NODE_VERSION',
    'npm_config_cache',
    'HTTP_PROXY',
    'MAX_RETRIES',
  ])('is for others: %s', (given) => {
    expect(unknownSettings({ [given]: '1' })).toEqual([]);
  });
});
