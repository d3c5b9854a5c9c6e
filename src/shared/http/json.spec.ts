import { parseStrictJson } from './json.js';

describe('strict JSON', () => {
  const parse = (text: string): unknown => parseStrictJson(Buffer.from(text));

  it.each([
    '{"a":{"b":1},"b":{"a":1}}',
    '{"a":"\\"b\\":","c":["x:","y"]}',
    '[1,-1,0.5,9007199254740991]',
    '[0.1,1.10,-1.5e-7,12E+2,1e15,0.00,0e9999,123456789.1234567,5e-324,1.7976931348623157e-300]',
    '{"1e-400":"1e-400, 0.12345678901234567890","\\"":[1]}',
    '{"a":":","\\u0062":{}}',
    `[1${'0'.repeat(40)}e-40,0.${'0'.repeat(40)},1.5${'0'.repeat(40)}]`,
  ])('accepts %s', (text) => {
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
    ['{"n":-0.0e5}', '-0'],
    ['{"n":1e-400}', 'more digits than a double can hold (1e-400)'],
    ['[1e-99999999999999999999]', 'more digits'],
    ['{"n":2e-324}', 'more digits'],
    ['{"n":0.12345678901234567890}', 'more digits'],
    ['[1,{"n":3.14159265358979323846}]', 'more digits'],
    ['[1.00000000000000001]', 'more digits'],
    ['[9007199254740991.1]', 'more digits'],
    [`[0.${'0001'.repeat(10)}]`, 'more digits'],
  ])('refuses %s', (text, fault) => {
    expect(() => parse(text)).toThrow(fault);
  });
});
