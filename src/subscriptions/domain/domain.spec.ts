import { effectivePolicy, keepingDefaults, policyFaults } from './delivery-policy.js';
import {
  isEventType,
  isEventTypePattern,
  onlyEventType,
  patternsMatching,
  patternsWanting,
  wants,
} from './event-type-pattern.js';
import { headerFault, isShown, sameHeader, shownHeadersFaults } from './own-headers.js';

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

  it.each(['*', 'order.*', 'order.created', 'a.b.*'])('can be matched by the pattern %s', (pattern) => {
    expect(isEventTypePattern(pattern)).toBe(true);
  });

  it.each(['**', '*.created', 'order.*.x', 'order*', '.*', `${'x'.repeat(128)}.*`])(
    'cannot be matched by the pattern "%s"',
    (pattern) => {
      expect(isEventTypePattern(pattern)).toBe(false);
    },
  );

  it('match themselves, every wildcard above them, and *', () => {
    expect(patternsWanting('a.b.c')).toEqual(['a.b.c', 'a.b.*', 'a.*', '*']);
    expect(wants(['order.*'], 'order.created.late')).toBe(true);
    expect(wants(['order.*'], 'order')).toBe(false);
    expect(wants(['order.*'], 'orders.created')).toBe(false);
    expect(wants(['*'], 'anything')).toBe(true);
  });

  it('of the service itself go only to subscriptions that ask for them, though filters find them by *', () => {
    const patterns = ['webhooks.delivery.failed', 'webhooks.delivery.*', 'webhooks.*'];
    expect(patternsWanting('webhooks.delivery.failed')).toEqual(patterns);
    expect(patternsMatching('webhooks.delivery.failed')).toEqual([...patterns, '*']);
    expect(wants(['*'], 'webhooks.delivery.failed')).toBe(false);
    expect(wants(['*', 'webhooks.*'], 'webhooks.delivery.failed')).toBe(true);
    expect([wants(['*'], 'webhooks'), wants(['*'], 'webhook.test'), wants(['*'], 'my.webhooks.x')]).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('can be inferred if a subscription has exactly one', () => {
    expect(onlyEventType(['a'])).toBe('a');
    expect(onlyEventType(['a.*'])).toBeNull();
    expect(onlyEventType(['a', 'b'])).toBeNull();
  });
});

describe('custom headers', () => {
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

describe('the value of a custom header', () => {
  const UNKNOWN =
    `Authorization Cookie X-Api-Key X-Cred X-PW X-Psk X-Dsn X-Conn-String X-Assertion X-Ticket X-Vault X-JWT X-Pass
    X-Client-Id X-Request-Id X-Tenant X-Code X-Anything X-Team-Key X-Teams My-Team`.split(/\s+/);

  it.each(UNKNOWN)('is hidden by default: %s', (name) => {
    expect(isShown(name, [])).toBe(false);
  });

  it.each(['X-Team', 'x-team', 'X-ENVIRONMENT', 'Accept-Language'])(
    'is shown if the header is known to be harmless: %s',
    (name) => {
      expect(isShown(name, [])).toBe(true);
    },
  );

  it('is shown if the client names the header, in any case', () => {
    expect(isShown('X-Request-ID', ['x-request-id'])).toBe(true);
    expect(isShown('X-Request', ['x-request-id'])).toBe(false);
  });

  it.each<[unknown]>([['X-Team'], [null], [[1]], [['']], [['X Team']], [['x'.repeat(129)]], [Array(21).fill('a')]])(
    'needs a valid list of names, not %j',
    (names) => {
      expect(shownHeadersFaults(names)).not.toEqual([]);
    },
  );

  it('names each wrong name in the list', () => {
    expect(shownHeadersFaults(['X-Team', 'X Team', 5]).map(({ pointer }) => pointer)).toEqual(['/1', '/2']);
  });
});

describe('the name of a custom header', () => {
  it('may not repeat another one in another spelling', () => {
    expect([0, 1, 2].map((index) => sameHeader(['X-Team', 'X-Other', 'x-team'], index))).toEqual([
      null,
      null,
      'X-Team',
    ]);
  });
});

describe('the delivery policy', () => {
  const settings = {
    maxRetries: 5,
    initialRetryInterval: 10,
    maxRetryInterval: 3600,
    webhookTimeout: 15,
    maxInFlight: 32,
  };
  const none = { maxAttempts: null, initialIntervalMs: null, maxIntervalMs: null, timeoutMs: null, maxInFlight: null };

  it('uses defaults for fields that are not set', () => {
    expect(effectivePolicy({ ...none, maxAttempts: 2 }, settings)).toEqual({
      maxAttempts: 2,
      initialIntervalMs: 10_000,
      maxIntervalMs: 3_600_000,
      timeoutMs: 15_000,
      maxInFlight: 32,
    });
  });

  it('raises the maximum interval to the initial one if only the initial one is set', () => {
    expect(effectivePolicy({ ...none, initialIntervalMs: 7_200_000 }, settings).maxIntervalMs).toBe(7_200_000);
  });

  it('must finish retries before the events expire', () => {
    const slow = effectivePolicy({ ...none, maxAttempts: 100, maxIntervalMs: 86_400_000 }, settings);
    expect(policyFaults(slow, 120)).toEqual([expect.objectContaining({ pointer: '/retry' })]);
    expect(policyFaults(slow, 121)).toEqual([]);
  });

  it('names all its faults at once', () => {
    const both = effectivePolicy({ ...none, maxAttempts: 100, initialIntervalMs: 86_400_000, maxIntervalMs: 3_600_000 }, settings); // prettier-ignore
    expect(policyFaults(both, 1).map(({ pointer }) => pointer)).toEqual(['/retry/max_interval', '/retry']);
  });

  it('stays on the defaults that a client sends back', () => {
    const { maxAttempts, ...others } = effectivePolicy(none, settings);
    const sent = { maxAttempts: maxAttempts + 1, ...others, timeoutMs: 14_000 };

    expect(keepingDefaults(sent, none, settings)).toEqual({ ...none, maxAttempts: 6, timeoutMs: 14_000 });
    // What was chosen once stays chosen.
    expect(keepingDefaults(sent, sent, settings)).toEqual(sent);
    expect(keepingDefaults({}, none, settings)).toEqual({});
  });

  it('is never another than the given one, though a default depends on another field', () => {
    const sent = { initialIntervalMs: 7_200_000, maxIntervalMs: 3_600_000 };
    expect(keepingDefaults(sent, none, settings)).toEqual(sent);
  });
});
