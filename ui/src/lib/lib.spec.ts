import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { curlOf, textOf } from './curl';
import { findId, shortId } from './ids';
import { counted, countOf, percentOf, rateOf } from './numbers';
import { hexSignatureOf, signatureOf } from './sign';
import { durationOf, exactTimes, roughSpanOf, settingOf, spanOf } from './times';

describe('times', () => {
  it.each([
    [0, '0 s', '0 s'],
    [38, '38 s', '38 s'],
    [252, '4 min 12 s', '4 min'],
    [300, '5 min', '5 min'],
    [3599, '59 min', '59 min'],
    [7200, '2 h', '2 h'],
    [100_000, '27 h', '27 h'],
    [260_000, '3 d', '3 d'],
    [-5, '0 s', '0 s'],
  ])('say %d seconds', (seconds, span, rough) => {
    expect([spanOf(seconds), roughSpanOf(seconds)]).toEqual([span, rough]);
  });

  it.each([
    [0.4, '0 ms'],
    [212, '212 ms'],
    [1204, '1.20 s'],
    [15_000, '15.0 s'],
    [240_000, '4 min'],
  ])('say %d milliseconds', (ms, text) => {
    expect(durationOf(ms)).toBe(text);
  });

  it('say settings as they were set', () => {
    expect([0.05, 1.5, 10, 80, 3600].map(settingOf)).toEqual(['50 ms', '1.50 s', '10 s', '1 min 20 s', '1 h']);
  });

  it('are exact in two zones', () => {
    expect(exactTimes('2026-01-31T12:00:00.082Z')).toMatch(/\n2026-01-31 12:00:00\.082 UTC$/);
  });
});

describe('numbers', () => {
  it('never round a share up to all', () => {
    expect([percentOf(1), percentOf(0.999999), percentOf(0.9974), percentOf(0)]).toEqual([
      '100.0 %',
      '99.99 %',
      '99.74 %',
      '0.0 %',
    ]);
  });

  it('have as many digits as tell something', () => {
    expect([
      countOf(1284),
      countOf(1_234_567),
      rateOf(0),
      rateOf(0.034),
      rateOf(3.25),
      rateOf(1284.4),
      rateOf(7 / 86_400),
    ]).toEqual(['1,284', '1.2M', '0/s', '2.0/min', '3.3/s', '1,284/s', '0.3/h']);
  });

  it('count one and many', () => {
    expect([counted(1, 'delivery', 'deliveries'), counted(2000, 'delivery', 'deliveries')]).toEqual([
      '1 delivery',
      '2,000 deliveries',
    ]);
  });
});

describe('ids', () => {
  const id = 'dlv_01k6zv1yqpe7rtqq6zjy200001';

  it.each([id, ` ${id}\n`, `GET /deliveries/${id}?x=1`, `"delivery_id":"${id}",`])('are found in %j', (text) => {
    expect(findId(text)).toEqual({ kind: 'delivery', id });
  });

  it.each(['', 'order', 'dlv_01k6', 'key_01k6zv1yqpe7rtqq6zjy200001', `x${id}`])('are not found in %j', (text) => {
    expect(findId(text)).toBeNull();
  });

  it('are shortened to what tells them apart', () => {
    expect(shortId(id)).toBe('dlv_…jy200001');
  });
});

describe('a curl command', () => {
  it('is safe to paste, whatever a header or a body contains', () => {
    const command = curlOf('https://example.com/a?b=$c', [['x-note', "it's `id` $HOME"]], `@{"a":"it's"}`);

    expect(command).toBe(
      String.raw`curl -i 'https://example.com/a?b=$c' \
  -H 'x-note: it'\''s ` +
        '`id` $HOME' +
        String.raw`' \
  --data-raw '@{"a":"it'\''s"}'`,
    );
  });

  it('has no body that is not text', () => {
    expect(textOf(new Uint8Array([0xff, 0xfe]).buffer)).toBeNull();
    expect(textOf(new TextEncoder().encode('grüß').buffer)).toBe('grüß');
    expect(textOf(new Uint8Array([0xef, 0xbb, 0xbf, 0x61]).buffer)).toBe('\uFEFFa');
  });
});

describe('a signature', () => {
  it.each([
    ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64')],
    ['a secret of another form', Buffer.from('a secret of another form')],
  ])('is that of Standard Webhooks under %s', async (secret, key) => {
    const body = new TextEncoder().encode('{"order":42}');

    const expected = createHmac('sha256', key).update('evt_1.1769860800.{"order":42}').digest('base64');
    expect(await signatureOf(secret, 'evt_1', 1769860800, body)).toBe(`v1,${expected}`);
  });

  it('of a publication is keyed with the text of the secret', async () => {
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const body = new TextEncoder().encode('{"order":42}');

    expect(await hexSignatureOf(secret, body)).toBe(createHmac('sha256', secret).update(body).digest('hex'));
  });
});
