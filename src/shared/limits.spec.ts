import { readFileSync } from 'node:fs';
import { LIMITS } from './limits.js';

const DOCUMENT = new URL('../../docs/limits.md', import.meta.url);

/** Names and values of the table, as they stand there. */
function documented(): string[][] {
  const rows = readFileSync(DOCUMENT, 'utf8').matchAll(/^\| `(\w+)` +\| +([^ ]+) \| +[^| ][^|]* \| +[^| ][^|]* \|$/gm);
  return [...rows].map(([, name = '', value = '']) => [name, value]);
}

describe('docs/limits.md', () => {
  it('lists every limit in its order and with its value, and nothing else', () => {
    expect(documented()).toEqual(Object.entries(LIMITS).map(([name, value]) => [name, value.toLocaleString('en-US')]));
  });
});
