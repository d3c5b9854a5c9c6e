import { memo, type MouseEvent, useEffect, useRef } from 'react';
import type { DeliveryAnswer } from '../api/generated';
import { cx } from '../lib/cx';
import { COLUMNS } from './delivery-columns';

interface DeliveryRowProps {
  readonly delivery: DeliveryAnswer;
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
  readonly onToggle: (id: string) => void;
}

export const DeliveryRow = memo(function DeliveryRow(props: DeliveryRowProps) {
  const { delivery, index, top, height, isCursor, hasFocus, isOpen, isSelected, onOpen, onToggle } = props;
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (hasFocus) element.current?.focus({ preventScroll: true });
  }, [hasFocus]);
  const { id } = delivery;
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
      <div role="gridcell" data-column="select" className="flex min-w-0 items-center">
        <input
          type="checkbox"
          tabIndex={-1}
          aria-label="Select this delivery"
          checked={isSelected}
          onChange={() => onToggle(id)}
          className="relative z-10 block size-3.5 cursor-pointer accent-brand"
        />
      </div>
      {COLUMNS.map(({ id: columnId, isNumber, cell }) => (
        <div
          key={columnId}
          role="gridcell"
          data-column={columnId}
          className={cx('flex min-w-0 items-center', isNumber && 'justify-end')}
        >
          {cell(delivery)}
        </div>
      ))}
    </div>
  );
});
