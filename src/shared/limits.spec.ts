import { readFileSync } from 'node:fs';
import { LIMITS } from './limits.js';

const DOCUMENT = new URL('../../docs/limits.md', import.meta.url);

/** Names and values in the table of the document, in order. */
function documented(): string[][] {
  const rows = readFileSync(DOCUMENT, 'utf8').matchAll(/^\| `(\w+)` +\| +([^ ]+) \| +[^| ][^|]* \| +[^| ][^|]* \|$/gm);
  return [...rows].map(([, name = '', value = '']) => [name, value]);
}

describe('docs/limits.md', () => {
  it('lists exactly the limits of the code, with their values and in the same order', () => {
    expect(documented()).toEqual(Object.entries(LIMITS).map(([name, value]) => [name, value.toLocaleString('en-US')]));
  });
});
