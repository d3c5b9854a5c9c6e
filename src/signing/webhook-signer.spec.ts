import { Webhook } from 'standardwebhooks';
import { secretFrom, signingKey } from './signing-key.js';
import { webhookSignature } from './webhook-signer.js';

const BODY = Buffer.from('{"order": "Zoë"}');
const NOW_SECONDS = Math.floor(Date.now() / 1000);

function headersSignedBy(...secrets: string[]): Record<string, string> {
  const content = { id: 'evt_1', timestamp: NOW_SECONDS, body: BODY };
  return {
    'webhook-id': content.id,
    'webhook-timestamp': String(content.timestamp),
    'webhook-signature': webhookSignature(content, secrets.map(signingKey)),
  };
}

describe('the signature of a delivery', () => {
  const secret = secretFrom(Buffer.alloc(32, 7));

  it('is accepted by the standardwebhooks verifier', () => {
    expect(new Webhook(secret).verify(BODY, headersSignedBy(secret))).toEqual({ order: 'Zoë' });
  });

  it('uses the bytes of a secret without a prefix as the key', () => {
    const headers = headersSignedBy('just some text');
    expect(new Webhook(Buffer.from('just some text'), { format: 'raw' }).verify(BODY, headers)).toEqual({
      order: 'Zoë',
    });
  });

  it('is accepted with any one of several secrets', () => {
    const other = secretFrom(Buffer.alloc(32, 8));
    const headers = headersSignedBy(other, secret);
    expect(headers['webhook-signature']?.split(' ')).toHaveLength(2);
    for (const each of [secret, other]) expect(new Webhook(each).verify(BODY, headers)).toEqual({ order: 'Zoë' });
  });

  it('is rejected if the body, the id or the timestamp differs', () => {
    const headers = headersSignedBy(secret);
    const verify = (body: Buffer, changed: object): unknown =>
      new Webhook(secret).verify(body, { ...headers, ...changed });
    expect(() => verify(Buffer.from('{}'), {})).toThrow();
    expect(() => verify(BODY, { 'webhook-id': 'evt_2' })).toThrow();
    expect(() => verify(BODY, { 'webhook-timestamp': String(NOW_SECONDS + 1) })).toThrow();
  });
});
