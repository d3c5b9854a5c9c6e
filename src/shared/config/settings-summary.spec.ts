import { parseSettings } from './settings.js';
import { summaryOf } from './settings-summary.js';

/** One value of each kind that the log must not show. */
const SECRETS = {
  DATABASE_URL: 'postgres://hunter2:hunter2%40@db.internal:5433/hooks?password=hunter2&sslmode=require',
  DATABASE_READ_URL: 'postgres://hunter2:hunter2@replica.internal/hooks?sslmode=require&password=hunter2',
  REDIS_URL: 'redis+sentinel://hunter2:hunter2@a:26379,b:26379/main',
  EGRESS_PROXY_URL: 'http://hunter2:hunter2@proxy:3128',
  BOOTSTRAP_API_KEY: `whk_0123456789abcdefghjkmnpqrs_${'hunter2'.padEnd(43, 'x')}`,
  ENCRYPTION_KEYS: `${Buffer.alloc(32, 'hunter2').toString('hex')},${Buffer.alloc(32, 'hunter2').toString('base64')}`,
};

describe('the summary of settings', () => {
  it('has what differs from the defaults, by the names of the variables', () => {
    const settings = parseSettings({
      DATABASE_URL: 'postgres://localhost/hooks',
      MAX_RETRIES: '7',
      PORT: '8000',
      REQUIRE_HTTPS: 'true',
      HOST: '0.0.0.0',
      API_ACCESS: 'keys',
      ALLOWED_TARGET_PORTS: '443,8443',
      CORS_ORIGINS: 'https://console.example.com',
    });

    expect(summaryOf(settings)).toEqual({
      DATABASE_URL: 'postgres://localhost:5432/hooks',
      MAX_RETRIES: 7,
      REQUIRE_HTTPS: true,
      HOST: '0.0.0.0',
      ALLOWED_TARGET_PORTS: ['443', '8443'],
      CORS_ORIGINS: ['https://console.example.com'],
    });
  });

  it('shows addresses without credentials, and no secret', () => {
    const summary = summaryOf(parseSettings(SECRETS));

    expect(summary).toMatchObject({
      DATABASE_URL: 'postgres://db.internal:5433/hooks',
      DATABASE_READ_URL: 'postgres://replica.internal:5432/hooks',
      REDIS_URL: 'redis+sentinel://a:26379,b:26379/main',
      EGRESS_PROXY_URL: 'http://proxy:3128',
      BOOTSTRAP_API_KEY: '[redacted]',
    });
    const shown = JSON.stringify(summary);
    for (const form of ['hunter2', ...SECRETS.ENCRYPTION_KEYS.split(',')]) expect(shown).not.toContain(form);
  });
});
