import type { MouseEvent, ReactNode } from 'react';
import { cx } from '../lib/cx';
import { Button } from './ui/button';

export interface Column<T> {
  readonly header: string;
  readonly cell: (row: T) => ReactNode;
  /** Whether the header is for screen readers only. */
  readonly isHidden?: boolean;
  /** Numbers are at the right. */
  readonly isNumber?: boolean;
  /** Classes of all its cells: a width, or `max-md:hidden`. */
  readonly className?: string;
}

interface ListingProps<T> {
  /** What the rows are, for screen readers. */
  readonly label: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly keyOf: (row: T) => string;
  /** Follows a click anywhere in a row. The first cell has a link or a button that does the same by the keyboard. */
  readonly onOpen?: (row: T) => void;
}

/** A table of up to some hundreds of rows. Longer lists are virtual, as that of the deliveries. */
export function Listing<T>({ label, columns, rows, keyOf, onOpen }: ListingProps<T>) {
  return (
    <div className="overflow-x-auto">
      <table aria-label={label} className="w-full border-collapse text-left">
        <thead>
          <tr className="h-8 border-b border-border text-xs text-muted-foreground">
            {columns.map(({ header, isHidden, isNumber, className }) => (
              <th key={header} scope="col" className={cx(CELL, 'font-medium', isNumber && 'text-right', className)}>
                {isHidden === true ? <span className="sr-only">{header}</span> : header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr
              key={keyOf(row)}
              onClick={onOpen && ((event) => isOfRow(event) && onOpen(row))}
              className={cx('h-10 border-b border-border', onOpen && 'cursor-pointer hover:bg-accent')}
            >
              {columns.map(({ header, cell, isNumber, className }) => (
                <td key={header} className={cx(CELL, isNumber && 'text-right', className)}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const CELL = 'px-3 first:pl-0 last:pr-0';

/** Whether a click is for the row: not for what does something else, nor for a menu or a dialog that it opened. */
function isOfRow({ target, currentTarget }: MouseEvent<HTMLElement>): boolean {
  if (!(target instanceof Element) || !currentTarget.contains(target)) return false;
  return target.closest('a, button, input, select, label') === null;
}

interface PagerProps {
  readonly hasOlder: boolean;
  readonly onOlder: () => void;
  /** Absent on the first page. */
  readonly onNewest?: (() => void) | undefined;
}

/** Steps through a list by its cursors. */
export function Pager({ hasOlder, onOlder, onNewest }: PagerProps) {
  if (!hasOlder && onNewest === undefined) return null;
  return (
    <nav aria-label="Pages" className="flex justify-end gap-2 pt-3">
      {onNewest !== undefined && (
        <Button size="sm" onClick={onNewest}>
          Newest
        </Button>
      )}
      <Button size="sm" disabled={!hasOlder} onClick={onOlder}>
        Older
      </Button>
    </nav>
  );
}
