import { jest } from '@jest/globals';
import { LineBlocks } from './line-blocks.js';

const LINE = `${'x'.repeat(999)}\n`;

describe('blocks of log lines', () => {
  const written: string[] = [];
  let blocks: LineBlocks;

  beforeEach(() => {
    jest.useFakeTimers();
    written.length = 0;
    blocks = new LineBlocks({ write: (block) => written.push(block) });
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  it('are written when they are full, with all lines in order', () => {
    const lines = Array.from({ length: 200 }, (_, n) => `${n}${LINE}`);
    lines.forEach(blocks.write);
    blocks.flush();

    expect(written.join('')).toBe(lines.join(''));
    expect(written).toHaveLength(4);
  });

  it('are written after 200 ms, even if they are not full', () => {
    blocks.write('first\n');
    jest.advanceTimersByTime(150);
    blocks.write('second\n');
    expect(written).toEqual([]);
    jest.advanceTimersByTime(50);
    expect(written).toEqual(['first\nsecond\n']);

    blocks.write('third\n');
    jest.advanceTimersByTime(200);
    expect(written).toEqual(['first\nsecond\n', 'third\n']);
  });

  it('are not written without lines', () => {
    blocks.flush();
    jest.advanceTimersByTime(1000);
    expect(written).toEqual([]);
    expect(jest.getTimerCount()).toBe(0);
  });
});
