import { TriangleAlert } from 'lucide-react';
import { memo, type MouseEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { cx } from '../lib/cx';
import { nowMs } from '../lib/clock';
import type { LiveNotice } from '../live/live-connection';
import { LAYOUTS, type LiveLayout } from './live-cells';
import { isMessage, type LiveRow } from './live-feed';
import { noticeLink, noticeWords } from './notice-words';

/** For so long, a row shows that it has just come. */
const FRESH_MS = 1600;

interface LiveRowProps {
  readonly row: LiveRow;
  readonly index: number;
  /** Pixels from the start of the list. */
  readonly top: number;
  readonly height: number;
  readonly layout: LiveLayout;
  readonly isCursor: boolean;
  /** Whether the focus must go here, because the keys have moved the cursor here. */
  readonly hasFocus: boolean;
  readonly isOpen: boolean;
  readonly onOpen: (row: LiveRow) => void;
}

export const LiveRowLine = memo(function LiveRowLine(props: LiveRowProps) {
  const { row, index, top, height, layout, isCursor, hasFocus, isOpen, onOpen } = props;
  const element = useRef<HTMLDivElement>(null);
  const [isFresh] = useState(() => nowMs() - row.cameMs < FRESH_MS);
  useEffect(() => {
    if (hasFocus) element.current?.focus({ preventScroll: true });
  }, [hasFocus]);
  const open = ({ target }: MouseEvent): void => {
    const isLink = target instanceof Element && target.closest('a') !== null;
    if (!isLink && window.getSelection()?.isCollapsed !== false) onOpen(row);
  };
  const { what } = row;
  return (
    <div
      ref={element}
      role="row"
      aria-rowindex={index + 1}
      aria-current={isOpen ? 'true' : undefined}
      tabIndex={isCursor ? 0 : -1}
      onClick={open}
      onKeyDown={({ key, target }) => key === 'Enter' && target === element.current && onOpen(row)}
      style={{ height, transform: `translateY(${top}px)`, contain: 'strict' }}
      className={cx(
        'absolute inset-x-0 top-0 border-b border-border/60 focus-visible:-outline-offset-2',
        isMessage(what) && 'cursor-pointer hover:bg-accent/60',
        isOpen && 'bg-brand-tint hover:bg-brand-tint',
        isFresh && 'animate-arrived',
      )}
    >
      {isMessage(what) ? <Cells layout={layout} cell={(column) => column.cell(what)} /> : <NoticeCell notice={what} />}
    </div>
  );
});

interface CellsProps {
  readonly layout: LiveLayout;
  readonly cell: (column: (typeof LAYOUTS)[LiveLayout]['columns'][number]) => ReactNode;
}

function Cells({ layout, cell }: CellsProps) {
  const { columns, template } = LAYOUTS[layout];
  const isPhone = layout === 'phone';
  return (
    <div
      role="presentation"
      className={cx('grid h-full items-center gap-x-3', isPhone ? 'content-center gap-y-0.5 px-4' : 'px-6')}
      style={{ gridTemplateColumns: template }}
    >
      {columns.map((column) => (
        <div
          key={column.id}
          role="gridcell"
          className={cx('flex min-w-0 items-center', column.isNumber && 'justify-end')}
          style={column.isWhole ? { gridColumn: '1 / -1' } : undefined}
        >
          {cell(column)}
        </div>
      ))}
    </div>
  );
}

function NoticeCell({ notice }: { readonly notice: LiveNotice }) {
  const words = noticeWords(notice);
  return (
    <div role="gridcell" className="flex h-full items-center gap-3 bg-warning-tint px-6 max-md:px-4">
      <TriangleAlert aria-hidden className="size-4 shrink-0 text-warning" />
      <span className="min-w-0 truncate" data-hint={words}>
        {words}
      </span>
      <span className="shrink-0">{noticeLink(notice)}</span>
    </div>
  );
}
