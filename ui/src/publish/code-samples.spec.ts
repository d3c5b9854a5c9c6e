import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { codeSamples } from './code-samples';
import type { Draft } from './draft';

const NASTY = '{"text": "it\'s `${1}` \\\\ \\"\\u00e9\\"",\r\n "emoji": "é 🙂"}';
const DRAFT: Draft = {
  eventType: 'order.created',
  tags: 'order-1, a b',
  to: '',
  contentType: 'application/json',
  payload: NASTY,
  idempotencyKey: "it's 1",
  like: null,
};
const HERE = { origin: 'https://webhooks.example.com', needsKey: true, tenant: 'acme' };
const codeOf = (language: string, draft: Draft = DRAFT, needsKey = true): string =>
  codeSamples(draft, { ...HERE, needsKey }).find((each) => each.language === language)?.code ?? '';

describe('code that publishes', () => {
  it('sends from Node.js exactly what the page sends', async () => {
    const calls: unknown[][] = [];
    const fetch = (...call: unknown[]): Promise<unknown> => {
      calls.push(call);
      return Promise.resolve({ status: 202, json: () => Promise.resolve({}) });
    };
    const globals = { fetch, process: { env: { KEY: 'whk_1' } }, console: { log: () => undefined } };

    await (runInNewContext(`(async () => { ${codeOf('node')} })()`, globals) as Promise<void>);

    expect(calls).toEqual([
      [
        'https://webhooks.example.com/webhooks/order.created',
        {
          method: 'POST',
          headers: {
            Authorization: 'Bearer whk_1',
            'Content-Type': 'application/json',
            'X-Event-Tags': 'order-1, a b',
            'Idempotency-Key': "it's 1",
            'X-Tenant': 'acme',
          },
          body: NASTY,
        },
      ],
    ]);
  });

  it('quotes for the shell, and leaves the key to it', () => {
    const code = codeOf('curl', { ...DRAFT, payload: "it's" });

    expect(code).toContain(String.raw`--data-raw 'it'\''s'`);
    expect(code).toContain('-H "Authorization: Bearer $KEY"');
    expect(
      code
        .split('\n')
        .slice(0, -1)
        .every((line) => line.endsWith(' \\')),
    ).toBe(true);
  });

  it('escapes for Python what would end the text, or change it', () => {
    const code = codeOf('python', { ...DRAFT, payload: "a'''\\\r\nb'" });

    expect(code).toContain(String.raw`data='''a\'\'\'\\\r` + '\n' + String.raw`b\''''.encode()`);
  });

  it('names the type in a header if one subscription is to get it, and no key where none is needed', () => {
    const code = codeOf('curl', { ...DRAFT, to: 'sub_1' }, false);

    expect(code).toContain("'https://webhooks.example.com/ingest/sub_1'");
    expect(code).toContain("-H 'X-Event-Type: order.created'");
    expect(code).not.toContain('Authorization');
  });
});
