import { act, fireEvent, render, screen } from '@testing-library/preact';
import { useRef } from 'react';
import { describe, expect, it } from 'vitest';
import { useVirtualizer } from './small-virtual';

const ROW = 40;

/** Elements are 800 px high in these tests: 20 rows. */
function List({ count, at = null }: { readonly count: number; readonly at?: number | null }) {
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    getItemKey: (index) => `row-${index}`,
    overscan: 2,
  });
  return (
    <div ref={scroller} data-testid="scroller">
      <div data-testid="all" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index, key, start }) => (
          <p key={key} style={{ top: start }}>
            {index}
          </p>
        ))}
      </div>
      <button onClick={() => at !== null && rows.scrollToIndex(at, { align: 'auto' })}>Go</button>
    </div>
  );
}

function Measured() {
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: 100,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 0,
  });
  return (
    <div ref={scroller}>
      <div data-testid="all" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index, start }) => (
          <p key={index} ref={rows.measureElement} data-index={index} style={{ top: start }} />
        ))}
      </div>
    </div>
  );
}

describe('a list of many rows', () => {
  const shown = (): number[] => [...screen.getByTestId('all').children].map(({ textContent }) => Number(textContent));
  const scrollTo = (top: number): void => {
    screen.getByTestId('scroller').scrollTop = top;
    fireEvent.scroll(screen.getByTestId('scroller'));
  };

  it('renders those in view and some around them, at their places', () => {
    render(<List count={10_000} />);
    expect([shown()[0], shown().at(-1)]).toEqual([0, 22]);
    expect(screen.getByTestId('all').style.height).toBe('400000px');

    void act(() => scrollTo(4000));

    expect([shown()[0], shown().at(-1)]).toEqual([98, 122]);
    expect(screen.getByText('100').style.top).toBe('4000px');
  });

  it('takes rows as high as they are, where it is told to measure them', () => {
    render(<Measured />);

    // The first two are 800 px high, and fill the window.
    expect(screen.getAllByRole('paragraph').map(({ style }) => style.top)).toEqual(['0px', '800px']);
    expect(screen.getByTestId('all').style.height).toBe(`${2 * 800 + 98 * ROW}px`);
  });

  it('ends with its last row, and may be empty', () => {
    const { rerender } = render(<List count={5} />);
    expect(shown()).toEqual([0, 1, 2, 3, 4]);

    rerender(<List count={0} />);
    expect(shown()).toEqual([]);
  });

  it.each([
    ['below', 50, 0, 51 * ROW - 800],
    ['above', 10, 4000, 400],
    ['in view', 102, 4000, 4000],
  ])('scrolls no further than necessary to a row that is %s', (_, at, from, to) => {
    render(<List count={10_000} at={at} />);
    void act(() => scrollTo(from));

    fireEvent.click(screen.getByText('Go'));

    expect(screen.getByTestId('scroller').scrollTop).toBe(to);
  });
});
