import { describe, expect, it } from 'vitest';
import { INDENTED, writeJson } from './write-json';

const COMPACT = { indent: null, comma: ',', colon: ':' };

describe('writing JSON anew', () => {
  it('indents as JSON.stringify does, and keeps numbers and strings as they were written', () => {
    const text = '{"a":[1,[],{"b":{}}],"c":"\\u00e9"}';

    expect(writeJson(text, INDENTED)).toBe(
      '{\n  "a": [\n    1,\n    [],\n    {\n      "b": {}\n    }\n  ],\n  "c": "\\u00e9"\n}',
    );
    expect(writeJson('{"total": 1.10, "id": 12345678901234567890}', COMPACT)).toBe(
      '{"total":1.10,"id":12345678901234567890}',
    );
  });

  it('writes what is indented in one line again', () => {
    const text = '{"a":[1,[],{"b":{}}],"c":"x"}';

    expect(writeJson(writeJson(text, INDENTED) ?? '', COMPACT)).toBe(text);
  });

  it('changes what is between quotes by a rule', () => {
    const style = { ...COMPACT, string: (written: string) => written.toUpperCase() };

    expect(writeJson('{"a":"b"}', style)).toBe('{"A":"B"}');
  });

  it('leaves alone what is not JSON', () => {
    expect(writeJson('{a:1}', INDENTED)).toBeNull();
  });
});
