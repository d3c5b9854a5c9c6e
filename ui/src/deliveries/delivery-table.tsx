import { useEffect, useRef } from 'react';
import { useWidth } from '../lib/use-width';
import { DeliveryHrefs } from './delivery-href';
import { DeliveryRow } from './delivery-row';
import { DeliveryTableHead } from './delivery-table-head';
import type { Selection } from './selection';
import type { DeliveryList } from './use-delivery-list';
import { useAnchor, useLoading, useVirtualRows } from './use-virtual-rows';

interface DeliveryTableProps {
  readonly list: DeliveryList;
  readonly selection: Selection;
  /** Selects a delivery, or no longer. */
  readonly onToggle: (id: string) => void;
  /** The row that the keys act on. */
  readonly cursorId: string | null;
  /** The delivery whose drawer is open. */
  readonly openId: string | null;
  readonly onOpen: (id: string) => void;
  /** Whether the top of the list is in view. */
  readonly onAtTop: (isAtTop: boolean) => void;
}

const ROW_PX = 36;
const PHONE_ROW_PX = 56;

type Layout = 'wide' | 'medium' | 'slim' | 'phone';

function layoutOf(width: number): Layout {
  if (width === 0 || width >= 920) return 'wide';
  if (width >= 660) return 'medium';
  return width >= 480 ? 'slim' : 'phone';
}

/** Renders only the rows in view, however many there are. */
export function DeliveryTable({ list, selection, onToggle, cursorId, openId, onOpen, onAtTop }: DeliveryTableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const layout = layoutOf(useWidth(scroller));
  const rowPx = layout === 'phone' ? PHONE_ROW_PX : ROW_PX;
  const { rows } = list;
  const virtualizer = useVirtualRows(scroller, rows, { rowPx, cursorId });
  useAnchor(scroller, list.rows, rowPx);
  const items = virtualizer.getVirtualItems();
  useLoading(list, items[0]?.index ?? 0, items.at(-1)?.index ?? 0);
  useEffect(() => void import('./drawer/delivery-drawer'), []);
  return (
    <div
      role="grid"
      aria-label="Deliveries"
      aria-rowcount={rows.length}
      data-layout={layout}
      className="flex h-full flex-col"
    >
      <DeliveryTableHead isShown={layout !== 'phone'} />
      <div
        ref={scroller}
        role="rowgroup"
        onScroll={({ currentTarget }) => onAtTop(currentTarget.scrollTop < rowPx)}
        className="min-h-0 flex-1 overflow-y-auto overscroll-contain bg-card [overflow-anchor:none]"
      >
        <div role="presentation" className="relative" style={{ height: virtualizer.getTotalSize() }}>
          <DeliveryHrefs>
            {items.map(({ index, start }) => {
              const row = rows[index];
              return row === undefined ? null : (
                <DeliveryRow
                  key={row.id}
                  delivery={row}
                  index={index}
                  top={start}
                  height={rowPx}
                  isCursor={cursorId === null ? index === 0 : row.id === cursorId}
                  hasFocus={row.id === cursorId && openId === null}
                  isOpen={row.id === openId}
                  isSelected={selection.has(row.id)}
                  onOpen={onOpen}
                  onToggle={onToggle}
                />
              );
            })}
          </DeliveryHrefs>
        </div>
      </div>
    </div>
  );
}
