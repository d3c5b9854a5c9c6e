import { parseSessionOptions } from './session.js';

describe('the options of DATABASE_URL', () => {
  it.each([
    ['', {}],
    ['-c search_path=hooks', { search_path: 'hooks' }],
    ['-csearch_path=hooks  --work-mem=4MB', { search_path: 'hooks', work_mem: '4MB' }],
    ['-c search_path=a,\\ b -c app.name=x=y', { search_path: 'a, b', 'app.name': 'x=y' }],
    ['-c search_path=a -c search_path=b', { search_path: 'b' }],
    ['-c search_path=', { search_path: '' }],
  ])('are session settings: "%s"', (options, expected) => {
    expect(parseSessionOptions(options)).toEqual(expected);
  });

  it.each(['-c', '-c search_path', 'search_path=hooks', '-B 100', '-c 1=2', '--=x'])('are refused: "%s"', (options) => {
    expect(() => parseSessionOptions(options)).toThrow('-c name=value');
  });
});
