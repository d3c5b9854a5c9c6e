import { useQuery } from '@tanstack/react-query';
import { memo, type MouseEvent, useEffect, useRef } from 'react';
import type { EventAnswer } from '../api/generated';
import { eventQuery } from '../api/queries';
import { cx } from '../lib/cx';
import { EVENT_COLUMNS } from './event-columns';

interface EventRowProps {
  readonly event: EventAnswer;
  readonly index: number;
  /** Pixels from the start of the list. */
  readonly top: number;
  readonly height: number;
  readonly isCursor: boolean;
  /** Whether the focus must go here, because the keys have moved the cursor here. */
  readonly hasFocus: boolean;
  readonly isOpen: boolean;
  readonly onOpen: (id: string) => void;
}

export const EventRow = memo(function EventRow(props: EventRowProps) {
  const { event, index, top, height, isCursor, hasFocus, isOpen, onOpen } = props;
  const element = useRef<HTMLDivElement>(null);
  const shown = useLatest(event, index);
  useEffect(() => {
    if (hasFocus) element.current?.focus({ preventScroll: true });
  }, [hasFocus]);
  const open = ({ target, ctrlKey, metaKey, shiftKey }: MouseEvent): void => {
    // Links and selected text are for something else.
    const isOther = target instanceof Element && target.closest('a, button') !== null;
    if (isOther || ctrlKey || metaKey || shiftKey || !window.getSelection()?.isCollapsed) return;
    onOpen(event.id);
  };
  return (
    <div
      ref={element}
      role="row"
      aria-rowindex={index + 1}
      aria-current={isOpen ? 'true' : undefined}
      tabIndex={isCursor ? 0 : -1}
      onClick={open}
      onKeyDown={({ key, target }) => key === 'Enter' && target === element.current && onOpen(event.id)}
      style={{ height, transform: `translateY(${top}px)` }}
      className={cx(
        'event-row group absolute cursor-pointer inset-x-0 top-0 border-b border-border/60 hover:bg-accent/60 focus-visible:-outline-offset-2',
        isOpen ? 'bg-brand-tint hover:bg-brand-tint' : '',
      )}
    >
      {EVENT_COLUMNS.map(({ id, isNumber, cell }) => (
        <div
          key={id}
          role="gridcell"
          data-column={id}
          className={cx('flex min-w-0 items-center', isNumber && 'justify-end')}
        >
          {cell(shown)}
        </div>
      ))}
    </div>
  );
});

/** Events on the newest page, which is read again whenever something happens. */
const KEPT_UP_TO_DATE = 100;

/** An event as it is now. Those that are older are read one by one, when a message says that something has happened. */
function useLatest(event: EventAnswer, index: number): EventAnswer {
  const isOld = index >= KEPT_UP_TO_DATE && event.outcomes?.unfinished !== 0;
  const { data } = useQuery({ ...eventQuery(event.id), initialData: event, staleTime: Infinity, enabled: isOld });
  return isOld ? data : event;
}
