import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const PAGES = ['README.md', 'docs/api.md', 'docs/deployment.md'];

const text = PAGES.map((page) => readFileSync(join(ROOT, page), 'utf8')).join('\n');

describe('the samples of the documentation', () => {
  it('have an Idempotency-Key of their own each, so that one can be run after the other', () => {
    const keys = [...text.matchAll(/idempotency-key['"]?: *['"]?([^'"\s}]+)/gi)].map(([, key]) => key);
    expect(keys.length).toBeGreaterThan(1);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('say what they publish: no curl call sends data without a content type', () => {
    const calls = [...text.matchAll(/curl [^\n]*/g)].map(([call]) => call).filter((call) => call.includes(' -d '));
    expect(calls.length).toBeGreaterThan(1);
    for (const call of calls) expect(call).toMatch(/Content-Type: /i);
  });
});
