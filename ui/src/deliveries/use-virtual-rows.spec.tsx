import { fireEvent, render, screen, waitFor } from '@testing-library/preact';
import { useRef } from 'react';
import { describe, expect, it } from 'vitest';
import { useVirtualRows } from './use-virtual-rows';

const ROW = 40;
const ROWS = Array.from({ length: 10_000 }, (_, n) => ({ id: `row-${n}` }));
/** Elements are 800 px high in these tests. */
const IN_VIEW = 20;

function List() {
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualRows(scroller, ROWS, { rowPx: ROW, cursorId: null });
  return (
    <div ref={scroller} data-testid="scroller">
      {virtualizer.getVirtualItems().map(({ index, key }) => (
        <p key={key}>{index}</p>
      ))}
    </div>
  );
}

describe('the rows of a long list', () => {
  const shown = (): number[] => [...screen.getByTestId('scroller').children].map(({ textContent }) => Number(textContent)); // prettier-ignore
  const scrollTo = (top: number): void => {
    screen.getByTestId('scroller').scrollTop = top;
    fireEvent.scroll(screen.getByTestId('scroller'));
  };

  it('are there before they come into view, when a wheel or a key scrolls', () => {
    render(<List />);

    scrollTo(3 * ROW);
    scrollTo(20 * ROW);

    expect(shown()[0]).toBeLessThan(20 - 10);
    expect(shown().at(-1)).toBeGreaterThan(20 + IN_VIEW + 10);
  });

  it('are those in view alone while each frame shows others, and those around them afterwards', async () => {
    render(<List />);

    for (const at of [1000, 2000, 3000]) {
      scrollTo(at * ROW);

      expect(shown()[0]).toBe(at);
      expect(shown().length).toBeLessThanOrEqual(IN_VIEW + 1);
    }
    await waitFor(() => {
      expect(shown().length).toBeGreaterThan(IN_VIEW + 20);
    });
  });
});
