import { takeVariable } from './env.js';

describe('a variable that is meant for one process', () => {
  it('is read once, and not passed on', () => {
    process.env['MEANT_FOR_ONE'] = '1';

    expect(takeVariable('MEANT_FOR_ONE')).toBe('1');
    expect(takeVariable('MEANT_FOR_ONE')).toBeUndefined();
    expect(Object.keys(process.env)).not.toContain('MEANT_FOR_ONE');
  });
});
