import { readFileSync } from 'node:fs';
import { LOWEST_NODE, nodeFault } from './node-version.js';

describe('the version of Node.js', () => {
  it.each(['20.20.2', '22.18.9', '22.0.0', '21.99.0'])('is refused if it is %s', (version) => {
    expect(nodeFault(version)).toBe(`This service needs Node.js ${LOWEST_NODE} or newer, not ${version}.`);
  });

  it.each([LOWEST_NODE, '22.20.0', '23.0.0', '24.21.0', '100.0.0'])('is accepted if it is %s', (version) => {
    expect(nodeFault(version)).toBeNull();
  });

  it('is at least the one in package.json, on which the tests also run', () => {
    const { engines, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      engines: { node: string };
      devDependencies: Record<string, string>;
    };
    expect(engines.node).toBe(`>=${LOWEST_NODE}`);
    expect(devDependencies['node-lowest']).toBe(`npm:node@${LOWEST_NODE}`);
  });
});
