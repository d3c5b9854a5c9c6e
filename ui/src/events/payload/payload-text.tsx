import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef } from 'react';
import { Marked } from './marked';
import type { TextSearch } from './text-search';

const LINE_PX = 18;
/** Longer lines are cut into pieces, because a browser lays out a line as a whole. */
const PIECE = 1000;
/** Texts of fewer pieces are rendered whole, so that they can be selected. */
const ALL = 400;

/** A text byte for byte; only what is in view is rendered. */
export function PayloadText({ text, search }: { readonly text: string; readonly search: TextSearch }) {
  const scroller = useRef<HTMLDivElement>(null);
  const pieces = useMemo(() => piecesOf(text), [text]);
  const virtualizer = useVirtualizer({
    count: pieces.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_PX,
    overscan: pieces.length <= ALL ? ALL : 20,
  });
  const offset = search.matches[search.at];
  const found = offset === undefined ? -1 : pieces.findLastIndex(({ from }) => from <= offset);
  useEffect(() => {
    if (found >= 0) virtualizer.scrollToIndex(found, { align: 'auto' });
  }, [found, virtualizer]);
  const items = virtualizer.getVirtualItems();
  return (
    <div
      ref={scroller}
      tabIndex={0}
      role="group"
      aria-label="Payload as published"
      className="max-h-[60vh] min-h-24 overflow-auto rounded-md border border-border bg-background font-mono"
    >
      <div role="presentation" className="relative my-2" style={{ height: virtualizer.getTotalSize() }}>
        {items.map(({ index, start }) => {
          const piece = pieces[index];
          return piece === undefined ? null : (
            <div
              key={index}
              ref={virtualizer.measureElement}
              data-index={index}
              style={{ transform: `translateY(${start}px)` }}
              className="absolute inset-x-0 top-0 min-h-[18px] px-3 leading-[18px] break-all whitespace-pre-wrap"
            >
              <Marked text={text.slice(piece.from, piece.to)} pattern={search.pattern} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

interface Piece {
  readonly from: number;
  readonly to: number;
}

/** Lines, and parts of long ones. */
function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  for (let from = 0; from <= text.length;) {
    const end = text.indexOf('\n', from);
    const line = end === -1 ? text.length : end;
    for (; line - from > PIECE;) {
      const to = from + PIECE - (isSecondHalf(text, from + PIECE) ? 1 : 0);
      pieces.push({ from, to });
      from = to;
    }
    pieces.push({ from, to: line });
    from = line + 1;
  }
  return pieces;
}

/** Whether a character outside the basic plane would be torn apart before this unit. */
function isSecondHalf(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff;
}
