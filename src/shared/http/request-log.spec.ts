import { jest } from '@jest/globals';
import type { Logger } from '../logging/logger.js';
import { RequestLog, type UnservedRequest } from './request-log.js';

const aRequest = (tenantId: string | null, network = '203.0.113.7'): UnservedRequest => ({
  requestId: 'r-1',
  method: 'GET',
  route: '/subscriptions/:id',
  status: 404,
  code: 'subscription_not_found',
  sender: { keyId: 'key_1', tenantId, network },
});

describe('the log of requests that were not served', () => {
  const lines: { level: string; fields: object; message: string }[] = [];
  const write = (level: string) => (fields: object, message: string) => lines.push({ level, fields, message });
  let log: RequestLog;
  const linesOf = (message: string): object[] => lines.filter((line) => line.message === message);

  beforeEach(() => {
    jest.useFakeTimers();
    lines.length = 0;
    log = new RequestLog({ info: write('info'), warn: write('warn'), error: write('error') } as unknown as Logger);
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  it('has one line for each, with who asked for what, and without the address', () => {
    log.refused(aRequest('acme'));

    expect(lines).toEqual([
      {
        level: 'info',
        message: 'request.refused',
        fields: {
          request_id: 'r-1',
          method: 'GET',
          route: '/subscriptions/:id',
          status: 404,
          code: 'subscription_not_found',
          key_id: 'key_1',
          tenant_id: 'acme',
        },
      },
    ]);
  });

  it('is not flooded by one tenant or one address, and counts what it leaves out', () => {
    for (let n = 0; n < 5000; n += 1) log.refused(aRequest('acme'));
    for (let n = 0; n < 5000; n += 1) log.refused(aRequest(null));
    log.refused(aRequest('globex'));
    log.refused(aRequest(null, '203.0.113.8'));
    jest.advanceTimersByTime(1000);

    expect(linesOf('request.refused')).toHaveLength(50 + 25 + 2);
    expect(linesOf('requests.not_logged')).toEqual([
      { level: 'info', message: 'requests.not_logged', fields: { event: 'request.refused', requests: 9925 } },
    ]);
  });

  it('keeps room for outages and defects beside refusals', () => {
    for (let n = 0; n < 5000; n += 1) log.refused(aRequest('acme'));
    log.unavailable({ ...aRequest('acme'), status: 503 }, new Error('no answer'));
    log.failed({ ...aRequest('acme'), status: 500 }, new TypeError('a defect'));

    expect(lines.slice(-2)).toMatchObject([
      { level: 'warn', message: 'request.unavailable', fields: { status: 503, err: new Error('no answer') } },
      { level: 'error', message: 'request.failed', fields: { status: 500, err: new TypeError('a defect') } },
    ]);
  });
});
