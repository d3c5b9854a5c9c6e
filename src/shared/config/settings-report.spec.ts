import { readSettings } from './env.js';
import { reportOf } from './settings-report.js';

const KEY = 'a-key-that-nobody-may-see'.padEnd(43, 'x');

describe('the report of settings', () => {
  const given = {
    DATABASE_URL: 'postgres://user:hunter2@db.internal:5432/webhooks',
    REDIS_URL: 'redis://:swordfish@redis.internal:6379/1',
    ENCRYPTION_KEY: KEY,
    MAX_RETRIES: '7',
    ALLOWED_TARGET_CIDRS: '10.1.0.0/16,10.2.0.0/16',
  };
  const report = (): Map<string, { value: string | null; source: string }> =>
    new Map(reportOf(readSettings(given)).map(({ name, ...rest }) => [name, rest]));

  it('says what each setting is and where it comes from', () => {
    const settings = report();

    expect(settings.get('MAX_RETRIES')).toMatchObject({ value: '7', source: 'start' });
    expect(settings.get('ALLOWED_TARGET_CIDRS')).toMatchObject({ value: '10.1.0.0/16,10.2.0.0/16', source: 'start' });
    expect(settings.get('WEBHOOK_TIMEOUT')).toMatchObject({ value: '15', source: 'default' });
    expect(settings.get('EGRESS_PROXY_URL')).toMatchObject({ value: null, source: 'default' });
    expect(settings.get('DNS_SERVERS')).toMatchObject({ value: null, source: 'default' });
  });

  it('shows addresses without their credentials, and no secret', () => {
    const settings = report();

    expect(settings.get('DATABASE_URL')?.value).toBe('postgres://db.internal:5432/webhooks');
    expect(settings.get('REDIS_URL')?.value).toBe('redis://redis.internal:6379/1');
    expect(settings.get('ENCRYPTION_KEY')?.value).toBe('[redacted]');
    expect(JSON.stringify([...settings])).not.toMatch(/hunter2|swordfish|nobody-may-see/);
  });
});
