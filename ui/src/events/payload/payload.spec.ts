import { describe, expect, it } from 'vitest';
import { readJson } from '../../lib/json-text';
import { MAX_MATCHES, matchesIn, patternOf } from './matches';
import { containersOf, nodeAt, pathOf, shownNodes } from './tree-rows';

const TEXT = '{"id":"ord_1","lines":[{"sku":"ENG-1"},{"sku":"ENG-2"}],"a b":1}';
const nodes = readJson(TEXT).nodes ?? [];
const indexOf = (written: string): number => nodeAt(nodes, TEXT.indexOf(written));

describe('the tree of a payload', () => {
  it('shows what is in open branches only', () => {
    expect(shownNodes(nodes, () => true)).toHaveLength(nodes.length);
    expect(shownNodes(nodes, (index) => index === 0)).toHaveLength(4);
    expect(shownNodes(nodes, () => false)).toEqual([0]);
  });

  it('finds the value to which an offset belongs, by its key, too', () => {
    expect(nodes[indexOf('ENG-2')]).toMatchObject({ kind: 'string', key: 'sku', place: 0 });
    expect(nodes[indexOf('a b')]).toMatchObject({ kind: 'number', key: 'a b' });
  });

  it('names where a value is', () => {
    expect(pathOf(nodes, indexOf('ENG-2'))).toBe('lines[1].sku');
    expect(pathOf(nodes, indexOf('a b'))).toBe('["a b"]');
    expect(pathOf(nodes, 0)).toBe('the whole payload');
    expect(containersOf(nodes, indexOf('ENG-2')).map((index) => nodes[index]?.key ?? nodes[index]?.place)).toEqual([
      0,
      'lines',
      1,
    ]);
  });

  it('of a megabyte has a bounded number of rows and matches', () => {
    const text = `[${Array.from({ length: 40_000 }, (_, n) => `{"n":${n},"name":"x"}`).join(',')}]`;
    const many = readJson(text).nodes ?? [];

    expect(text.length).toBeGreaterThan(900_000);
    expect(many).toHaveLength(120_001);
    expect(shownNodes(many, (index) => index === 0)).toHaveLength(40_001);
    expect(matchesIn(text, patternOf('"NAME"'))).toHaveLength(MAX_MATCHES);
  });
});

describe('what somebody looks for', () => {
  it('is found in any case, and is no pattern', () => {
    expect(matchesIn('a.c A.C abc', patternOf('a.C'))).toEqual([0, 4]);
    expect(matchesIn('abc', patternOf(''))).toEqual([]);
  });
});
