import { NO_PHASES } from './attempt-outcome.js';
import { exchangeRecord, readExchangeRecord } from './exchange-record.js';
import { keptOwnHeaders, NOT_KEPT, sentHeaders } from './sent-request.js';

const SENT = {
  host: 'example.com:8443',
  timestamp: 1_767_225_600,
  signature: 'v1,q83vEjRWeJA= v1,AAAA',
  version: '0.1.0',
  own: keptOwnHeaders(['X-Team', 'core', 'authorization', '***']),
};
const PHASES = { dnsMs: 1.4, connectMs: 10.6, tlsMs: null, waitMs: 0.2, readMs: 1500 };
const VALUES = {
  contentType: 'application/json',
  payloadBytes: 12,
  webhookId: 'evt_1',
  eventType: 'order.created',
  deliveryId: 'dlv_1',
  attempt: 3,
};

describe('the record of an exchange', () => {
  it.each([
    ['a request that was sent', SENT],
    ['a request without own headers', { ...SENT, own: '' }],
    ['a request that was not sent', null],
  ])('keeps the phases, in whole milliseconds, and %s', (_, sent) => {
    const record = exchangeRecord(PHASES, sent);

    expect(readExchangeRecord(record)).toEqual({
      phases: { dnsMs: 1, connectMs: 11, tlsMs: null, waitMs: 0, readMs: 1500 },
      sent,
    });
    // It is stored as bytes, one for each character.
    expect(Buffer.from(record, 'latin1').toString()).toBe(record);
  });

  it('takes less than a hundred bytes for an attempt without own headers', () => {
    const signature = `v1,${'A'.repeat(43)}=`;
    expect(exchangeRecord(PHASES, { ...SENT, signature, own: '' }).length).toBeLessThan(100);
    expect(exchangeRecord(NO_PHASES, null).length).toBeLessThan(10);
  });

  it('says nothing if a later version has given it another form', () => {
    expect(readExchangeRecord(`2${exchangeRecord(PHASES, SENT).slice(1)}`)).toEqual({ phases: null, sent: null });
    expect(readExchangeRecord('')).toEqual({ phases: null, sent: null });
  });
});

describe('the headers that were sent', () => {
  it('are rebuilt in the order in which they were sent', () => {
    expect(sentHeaders(VALUES, SENT)).toEqual([
      ['host', 'example.com:8443'],
      ['connection', 'keep-alive'],
      ['content-type', 'application/json'],
      ['webhook-id', 'evt_1'],
      ['webhook-timestamp', '1767225600'],
      ['webhook-signature', 'v1,q83vEjRWeJA= v1,AAAA'],
      ['x-event-type', 'order.created'],
      ['x-webhook-delivery', 'dlv_1'],
      ['x-webhook-attempt', '3'],
      ['user-agent', 'webhook-delivery-service/0.1.0'],
      ['accept-encoding', 'identity'],
      ['X-Team', 'core'],
      ['authorization', '***'],
      ['content-length', '12'],
    ]);
  });

  it('may contain any character, although the record is of ASCII', () => {
    const kept = keptOwnHeaders(['X-Name', 'Zoë \n 😀', 'X-Other', '"\\"']);
    expect(kept).toMatch(/^[\x20-\x7e]+$/);
    const sent = sentHeaders(VALUES, { ...SENT, own: kept });
    expect(sent).toEqual(expect.arrayContaining([['X-Name', 'Zoë \n 😀'], ['X-Other', '"\\"']])); // prettier-ignore
  });

  it('name own headers beyond 4 KB without their values', () => {
    const own = ['X-First', 'a'.repeat(4000), 'X-Second', 'b'.repeat(1000), 'X-Third', 'c'];
    const sent = { ...SENT, own: keptOwnHeaders(own) };
    const kept = sentHeaders(VALUES, sent).filter(([name]) => name.startsWith('X-'));
    expect(kept).toEqual([
      ['X-First', own[1]],
      ['X-Second', NOT_KEPT],
      ['X-Third', NOT_KEPT],
    ]);
  });
});
