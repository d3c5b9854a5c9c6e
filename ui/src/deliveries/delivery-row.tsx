import { FlexRender, type Row } from '@tanstack/react-table';
import { memo, type MouseEvent, useEffect, useRef } from 'react';
import type { DeliveryAnswer } from '../api/generated';
import { cx } from '../lib/cx';
import { type FEATURES, NUMERIC } from './delivery-columns';

interface DeliveryRowProps {
  readonly row: Row<typeof FEATURES, DeliveryAnswer>;
  readonly index: number;
  /** Pixels from the start of the list. */
  readonly top: number;
  readonly height: number;
  readonly isCursor: boolean;
  /** Whether the focus must go here, because the keys have moved the cursor here. */
  readonly hasFocus: boolean;
  readonly isOpen: boolean;
  readonly isSelected: boolean;
  readonly onOpen: (id: string) => void;
}

export const DeliveryRow = memo(function DeliveryRow(props: DeliveryRowProps) {
  const { row, index, top, height, isCursor, hasFocus, isOpen, isSelected, onOpen } = props;
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (hasFocus) element.current?.focus({ preventScroll: true });
  }, [hasFocus]);
  const { id } = row.original;
  const open = (event: MouseEvent): void => {
    const { target, ctrlKey, metaKey, shiftKey } = event;
    // Boxes, other tabs and selected text are for something else.
    const isOther = target instanceof Element && target.closest('button, input') !== null;
    if (isOther || ctrlKey || metaKey || shiftKey || !window.getSelection()?.isCollapsed) return;
    event.preventDefault();
    onOpen(id);
  };
  return (
    <div
      ref={element}
      role="row"
      aria-rowindex={index + 1}
      aria-selected={isSelected}
      aria-current={isOpen ? 'true' : undefined}
      tabIndex={isCursor ? 0 : -1}
      onClick={open}
      onKeyDown={({ key, target }) => key === 'Enter' && target === element.current && onOpen(id)}
      style={{ height, transform: `translateY(${top}px)`, contain: 'strict' }}
      className={cx(
        'delivery-row group absolute cursor-pointer inset-x-0 top-0 border-b border-border/60 hover:bg-accent/60 focus-visible:-outline-offset-2',
        isOpen || isSelected ? 'bg-brand-tint hover:bg-brand-tint' : '',
      )}
    >
      {row.getAllCells().map((cell) => (
        <div
          key={cell.id}
          role="gridcell"
          data-column={cell.column.id}
          className={cx('flex min-w-0 items-center', NUMERIC.includes(cell.column.id) && 'justify-end')}
        >
          <FlexRender cell={cell} />
        </div>
      ))}
    </div>
  );
}, isSame);

/** The table makes its rows anew more often than deliveries change. */
function isSame({ row, ...one }: DeliveryRowProps, { row: otherRow, ...other }: DeliveryRowProps): boolean {
  const names = Object.keys(one) as (keyof typeof one)[];
  return row.original === otherRow.original && names.every((name) => Object.is(one[name], other[name]));
}
