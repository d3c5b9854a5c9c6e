import { parseStrictJson } from './json.js';

describe('strict JSON', () => {
  const parse = (text: string): unknown => parseStrictJson(Buffer.from(text));

  it.each([
    '{"a":{"b":1},"b":{"a":1}}',
    '{"a":"\\"b\\":","c":["x:","y"]}',
    '[1,-1,0.5,9007199254740991]',
    '{"a":":","\\u0062":{}}',
  ])('is %s', (text) => {
    expect(parse(text)).toEqual(JSON.parse(text));
  });

  it.each([
    ['{"a":1,"a":2}', 'twice'],
    ['{"a":{"b":1,"b":1}}', 'twice'],
    ['{"a":1,"\\u0061":2}', 'twice'],
    ['[{"a":1 , "a" : 2}]', 'twice'],
    ['{"n":9007199254740993}', 'out of range'],
    ['{"n":1e400}', 'out of range'],
    ['{"n":-0}', '-0'],
  ])('is not %s', (text, fault) => {
    expect(() => parse(text)).toThrow(fault);
  });
});
