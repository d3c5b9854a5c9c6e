import { useVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useEffect, useLayoutEffect } from 'react';
import { cx } from '../lib/cx';
import { useWidth } from '../lib/use-width';
import { LAYOUTS, type LiveLayout } from './live-cells';
import { isMessage, type LiveRow } from './live-feed';
import { LiveRowLine } from './live-row';

interface LiveTableProps {
  /** Newest first. */
  readonly rows: readonly LiveRow[];
  readonly scroller: RefObject<HTMLDivElement | null>;
  /** The row that the keys act on. */
  readonly cursor: number | null;
  /** The delivery whose drawer is open. */
  readonly openId: string | null;
  readonly onOpen: (row: LiveRow) => void;
  /** Whether the top of the list is in view. */
  readonly onAtTop: (isAtTop: boolean) => void;
}

const ROW_PX = 36;
const PHONE_ROW_PX = 56;
const OVERSCAN = 12;

function layoutOf(width: number): LiveLayout {
  if (width === 0 || width >= 900) return 'wide';
  if (width >= 660) return 'medium';
  return width >= 480 ? 'slim' : 'phone';
}

/** Renders only the rows in view. */
export function LiveTable({ rows, scroller, cursor, openId, onOpen, onAtTop }: LiveTableProps) {
  const layout = layoutOf(useWidth(scroller));
  const rowPx = layout === 'phone' ? PHONE_ROW_PX : ROW_PX;
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    getItemKey: (index) => rows[index]?.number ?? index,
    overscan: OVERSCAN,
  });
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, rowPx]);
  const cursorIndex = cursor === null ? -1 : rows.findIndex(({ number }) => number === cursor);
  useEffect(() => {
    if (cursorIndex >= 0) virtualizer.scrollToIndex(cursorIndex, { align: 'auto' });
    // oxlint-disable-next-line react/exhaustive-deps -- when the cursor moves, and not when rows come above it
  }, [cursor, virtualizer]);
  return (
    <div role="grid" aria-label="What happens" aria-rowcount={rows.length} className="flex h-full flex-col">
      <Head layout={layout} />
      <div
        ref={scroller}
        role="rowgroup"
        onScroll={({ currentTarget }) => onAtTop(currentTarget.scrollTop < rowPx)}
        className="min-h-0 flex-1 overflow-y-auto overscroll-contain bg-card [overflow-anchor:none]"
      >
        <div role="presentation" className="relative" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map(({ index, start }) => {
            const row = rows[index];
            if (row === undefined) return null;
            return (
              <LiveRowLine
                key={row.number}
                row={row}
                index={index}
                top={start}
                height={rowPx}
                layout={layout}
                isCursor={cursor === null ? index === 0 : row.number === cursor}
                hasFocus={row.number === cursor && openId === null}
                isOpen={openId !== null && deliveryOf(row) === openId}
                onOpen={onOpen}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

/** The delivery that a row is about; null if it is about an event, or the stream. */
export function deliveryOf({ what }: LiveRow): string | null {
  return isMessage(what) && what.kind !== 'event.accepted' ? what.body.delivery_id : null;
}

/** Names of the columns. Where there is no room for them, screen readers still get them. */
function Head({ layout }: { readonly layout: LiveLayout }) {
  const { columns, template } = LAYOUTS[layout];
  return (
    <div role="rowgroup" className={cx('shrink-0 border-b border-border', layout === 'phone' && 'sr-only')}>
      <div
        role="row"
        className="grid h-8 items-center gap-x-3 px-6 text-2xs font-medium text-muted-foreground"
        style={{ gridTemplateColumns: template }}
      >
        {columns.map(({ id, header, isNumber }) => (
          <div key={id} role="columnheader" className={cx('truncate', isNumber && 'text-right')}>
            {header}
          </div>
        ))}
      </div>
    </div>
  );
}
