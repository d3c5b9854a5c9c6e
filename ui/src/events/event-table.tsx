import { useRef } from 'react';
import type { EventAnswer } from '../api/generated';
import type { LiveList } from '../deliveries/use-live-list';
import { useAnchor, useLoading, useVirtualRows } from '../deliveries/use-virtual-rows';
import { cx } from '../lib/cx';
import { useWidth } from '../lib/use-width';
import { EVENT_COLUMNS } from './event-columns';
import { EventRow } from './event-row';

interface EventTableProps {
  readonly list: LiveList<EventAnswer>;
  /** The row that the keys act on. */
  readonly cursorId: string | null;
  /** The event whose drawer is open. */
  readonly openId: string | null;
  readonly onOpen: (id: string) => void;
  /** Whether the top of the list is in view. */
  readonly onAtTop: (isAtTop: boolean) => void;
}

const ROW_PX = 36;
const PHONE_ROW_PX = 56;

type Layout = 'wide' | 'medium' | 'slim' | 'phone';

function layoutOf(width: number): Layout {
  if (width === 0 || width >= 880) return 'wide';
  if (width >= 600) return 'medium';
  return width >= 440 ? 'slim' : 'phone';
}

/** Renders only the rows in view, however many there are. */
export function EventTable({ list, cursorId, openId, onOpen, onAtTop }: EventTableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const layout = layoutOf(useWidth(scroller));
  const rowPx = layout === 'phone' ? PHONE_ROW_PX : ROW_PX;
  const { rows } = list;
  const virtualizer = useVirtualRows(scroller, rows, { rowPx, cursorId });
  useAnchor(scroller, rows, rowPx);
  const items = virtualizer.getVirtualItems();
  useLoading(list, items[0]?.index ?? 0, items.at(-1)?.index ?? 0);
  return (
    <div
      role="grid"
      aria-label="Events"
      aria-rowcount={rows.length}
      data-layout={layout}
      className="flex h-full flex-col"
    >
      <Head isShown={layout !== 'phone'} />
      <div
        ref={scroller}
        role="rowgroup"
        onScroll={({ currentTarget }) => onAtTop(currentTarget.scrollTop < rowPx)}
        className="min-h-0 flex-1 overflow-y-auto overscroll-contain bg-card [overflow-anchor:none]"
      >
        <div role="presentation" className="relative" style={{ height: virtualizer.getTotalSize() }}>
          {items.map(({ index, start }) => {
            const event = rows[index];
            return event === undefined ? null : (
              <EventRow
                key={event.id}
                event={event}
                index={index}
                top={start}
                height={rowPx}
                isCursor={cursorId === null ? index === 0 : event.id === cursorId}
                hasFocus={event.id === cursorId && openId === null}
                isOpen={event.id === openId}
                onOpen={onOpen}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

/** Names of the columns. Where there is no room for them, screen readers still get them. */
function Head({ isShown }: { readonly isShown: boolean }) {
  return (
    <div role="rowgroup" className={cx('shrink-0 border-b border-border', !isShown && 'sr-only')}>
      <div role="row" className="event-row h-8 text-2xs font-medium text-muted-foreground">
        {EVENT_COLUMNS.map(({ id, header, isNumber }) => (
          <div key={id} role="columnheader" data-column={id} className={cx('truncate', isNumber && 'text-right')}>
            {header}
          </div>
        ))}
      </div>
    </div>
  );
}
