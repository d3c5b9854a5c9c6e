import { describe, expect, it } from 'vitest';
import { placeOf, readJson } from './json-text';

const valuesOf = (text: string): (string | null)[][] =>
  (readJson(text).nodes ?? []).map(({ kind, key, start, end }) => [kind, key, text.slice(start, end)]);

describe('a text of JSON', () => {
  it('is read without converting anything, numbers least of all', () => {
    const text = '{ "id": 12345678901234567890, "price": 1.10, "e": -1E+400, "a": [true, null, "\\u00e9\\n"] }';

    expect(valuesOf(text)).toEqual([
      ['object', null, text],
      ['number', 'id', '12345678901234567890'],
      ['number', 'price', '1.10'],
      ['number', 'e', '-1E+400'],
      ['array', 'a', '[true, null, "\\u00e9\\n"]'],
      ['word', null, 'true'],
      ['word', null, 'null'],
      ['string', null, '"\\u00e9\\n"'],
    ]);
  });

  it('may begin with a byte order mark', () => {
    expect(valuesOf('\uFEFF{"a":1}')).toEqual([
      ['object', null, '{"a":1}'],
      ['number', 'a', '1'],
    ]);
  });

  it('says of each value how deep it is, what follows it and how much is in it', () => {
    const { nodes } = readJson('[[],{"a":[1,2]},3]');

    expect(nodes?.map(({ depth, place, size, next }) => [depth, place, size, next])).toEqual([
      [0, 0, 3, 7],
      [1, 0, 0, 2],
      [1, 1, 1, 6],
      [2, 0, 2, 6],
      [3, 0, 0, 5],
      [3, 1, 0, 6],
      [1, 2, 0, 7],
    ]);
  });

  it.each(['1', ' "a" ', '{}', '[ ]', '-0.5e-3', '{"":{"":""}}', '"\\""', '"\\\\"'])('may be %s', (text) => {
    expect(readJson(text).fault).toBeNull();
    expect(() => JSON.parse(text) as unknown).not.toThrow();
  });

  it.each([
    ['', 0, 'ends before the value'],
    ['{"a":1,}', 6, 'has a comma before }'],
    ['{"a" 1}', 5, 'expects a colon after the key'],
    ["{'a':1}", 1, 'expects a key in double quotes'],
    ['{"a":1 "b":2}', 7, 'expects a comma or }'],
    ['[1,2', 4, 'ends before a ]'],
    ['"abc', 0, 'has a string without an end'],
    ['"a\\x"', 2, 'has an unknown escape sequence'],
    ['"a\nb"', 2, 'has a line break or a control character in a string'],
    ['01', 1, 'has something after the end of the value'],
    ['{"a":undefined}', 5, 'expects a value'],
    ['[1]]', 3, 'has something after the end of the value'],
  ])('is refused with the place and the reason: %j', (text, at, reason) => {
    expect(readJson(text)).toMatchObject({ nodes: null, fault: { at, reason } });
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
  });

  it('may be nested as deep as a payload is long', () => {
    const depth = 500_000;

    expect(readJson('['.repeat(depth) + ']'.repeat(depth)).nodes).toHaveLength(depth);
  });

  it('has lines and columns', () => {
    expect(placeOf('{\n  "a": x\n}', 9)).toEqual({ line: 2, column: 8 });
  });
});
