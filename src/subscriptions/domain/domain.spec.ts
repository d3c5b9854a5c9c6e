import { effectivePolicy, policyFaults } from './delivery-policy.js';
import { isEventType, isEventTypePattern, onlyEventType, patternsWanting, wants } from './event-type-pattern.js';
import { headerFault, isSecretHeader } from './own-headers.js';

describe('event types', () => {
  it.each(['a', 'order.created', 'a-b.c_d.E9', 'x'.repeat(128)])('may be %s', (type) => {
    expect(isEventType(type)).toBe(true);
  });

  it.each([
    '',
    '.',
    'a.',
    '.a',
    'a..b',
    '*',
    'order.*',
    'a b',
    'a\n',
    'é',
    'x'.repeat(129),
    "a'; drop table events; --",
  ])('may not be "%s"', (type) => {
    expect(isEventType(type)).toBe(false);
  });

  it.each(['*', 'order.*', 'order.created', 'a.b.*'])('are named by the pattern %s', (pattern) => {
    expect(isEventTypePattern(pattern)).toBe(true);
  });

  it.each(['**', '*.created', 'order.*.x', 'order*', '.*', `${'x'.repeat(128)}.*`])(
    'are not named by "%s"',
    (pattern) => {
      expect(isEventTypePattern(pattern)).toBe(false);
    },
  );

  it('are wanted by themselves, by everything above them, and by *', () => {
    expect(patternsWanting('a.b.c')).toEqual(['a.b.c', 'a.b.*', 'a.*', '*']);
    expect(wants(['order.*'], 'order.created.late')).toBe(true);
    expect(wants(['order.*'], 'order')).toBe(false);
    expect(wants(['order.*'], 'orders.created')).toBe(false);
    expect(wants(['*'], 'anything')).toBe(true);
  });

  it('are clear when a subscription can mean just one', () => {
    expect(onlyEventType(['a'])).toBe('a');
    expect(onlyEventType(['a.*'])).toBeNull();
    expect(onlyEventType(['a', 'b'])).toBeNull();
  });
});

describe('own headers', () => {
  it.each([
    ['X-Team', 'billing'],
    ['Authorization', 'Bearer abc=='],
    ['x', 'inner blank\tand tab'],
  ])('may be %s: %s', (name, value) => {
    expect(headerFault(name, value)).toBeNull();
  });

  it.each([
    ['Host', 'x'],
    ['Content-Length', '1'],
    ['transfer-encoding', 'chunked'],
    ['Connection', 'close'],
    ['webhook-id', 'x'],
    ['Webhook-Anything', 'x'],
    ['User-Agent', 'x'],
    ['X Team', 'x'],
    ['X-Team:', 'x'],
    ['', 'x'],
    ['X-Tëam', 'x'],
    ['X-Team', ''],
    ['X-Team', 'a\r\nb'],
    ['X-Team', 'a\0b'],
    ['X-Team', 'é'],
    ['X-Team', ' x'],
    ['X-Team', 'x'.repeat(1025)],
    ['X-Team', 5],
    ['x'.repeat(129), 'x'],
  ])('may not be "%s: %s"', (name, value) => {
    expect(headerFault(name, value)).not.toBeNull();
  });
});

describe('the name of an own header', () => {
  it.each([
    'Authorization',
    'Cookie',
    'X-Api-Key',
    'X-API-KEYS',
    'x-apikey',
    'ApiKey',
    'X-AccessKey',
    'X-Access-Key-Id',
    'X-AccessKeyId',
    'x-accesskeyid',
    'X-MasterKey',
    'Ocp-Apim-Subscription-Key',
    'x-functions-key',
    'X-Passphrase',
    'X-Passcode',
    'X-Pass',
    'X-Password-Hash',
    'X-PIN',
    'X-Pwd',
    'X-JWT',
    'X-Jwt-Assertion',
    'X-Bearer',
    'X-BearerValue',
    'X-Access-Code',
    'X-Security_Code',
    'X-OTP',
    'X-Hub-Signature-256',
    'X-Sig',
    'X-Hmac-Sha256',
    'X-Session-Id',
    'X-SID',
    'X-CSRF',
    'X-Gitlab-Token',
    'PRIVATE-TOKEN',
    'X-Vault-Token',
    'X-Client-Secret',
    'X-Credentials',
    'x-vercel-protection-bypass',
  ])('tells of a credential: %s', (name) => {
    expect(isSecretHeader(name)).toBe(true);
  });

  it.each([
    'X-Team',
    'X-Request-Id',
    'X-Tenant',
    'X-Environment',
    'X-Keyboard',
    'X-Keyword',
    'X-Shipping-Zone',
    'X-Opinion',
    'X-Passenger',
    'X-Compass',
    'X-Code',
    'X-Country-Code',
    'X-Zip-Code',
    'X-Significance',
    'X-Side',
    'X-Path',
    'X-Priority',
    'X-Client-Id',
    'X-Version',
    'Accept-Language',
    'traceparent',
  ])('tells of none: %s', (name) => {
    expect(isSecretHeader(name)).toBe(false);
  });
});

describe('the policy of a subscription', () => {
  const settings = {
    maxRetries: 5,
    initialRetryInterval: 10,
    maxRetryInterval: 3600,
    webhookTimeout: 15,
    maxInFlight: 32,
  };
  const none = { maxAttempts: null, initialIntervalMs: null, maxIntervalMs: null, timeoutMs: null, maxInFlight: null };

  it('is that of the service where it says nothing', () => {
    expect(effectivePolicy({ ...none, maxAttempts: 2 }, settings)).toEqual({
      maxAttempts: 2,
      initialIntervalMs: 10_000,
      maxIntervalMs: 3_600_000,
      timeoutMs: 15_000,
      maxInFlight: 32,
    });
  });

  it('may begin with a wait that is longer than the longest one of the service', () => {
    expect(effectivePolicy({ ...none, initialIntervalMs: 7_200_000 }, settings).maxIntervalMs).toBe(7_200_000);
  });

  it('may not end later than the events are kept', () => {
    const slow = effectivePolicy({ ...none, maxAttempts: 100, maxIntervalMs: 86_400_000 }, settings);
    expect(policyFaults(slow, 120)).toEqual([expect.objectContaining({ pointer: '/retry' })]);
    expect(policyFaults(slow, 121)).toEqual([]);
  });
});
