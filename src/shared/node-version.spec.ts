import { readFileSync } from 'node:fs';
import { LOWEST_NODE, nodeFault } from './node-version.js';

describe('the version of Node.js', () => {
  it.each(['20.20.2', '22.18.9', '22.0.0', '21.99.0'])('is refused, and the needed one named: %s', (version) => {
    expect(nodeFault(version)).toBe(`Node.js ${LOWEST_NODE} or newer is needed, and this is ${version}.`);
  });

  it.each([LOWEST_NODE, '22.20.0', '23.0.0', '24.21.0', '100.0.0'])('will do: %s', (version) => {
    expect(nodeFault(version)).toBeNull();
  });

  it('is the one that package.json promises and the tests run on', () => {
    const { engines, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      engines: { node: string };
      devDependencies: Record<string, string>;
    };
    expect(engines.node).toBe(`>=${LOWEST_NODE}`);
    expect(devDependencies['node-lowest']).toBe(`npm:node@${LOWEST_NODE}`);
  });
});
