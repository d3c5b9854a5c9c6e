import { cx } from '../lib/cx';
import { COLUMNS } from './delivery-columns';

/** Names of the columns. Where there is no room for them, screen readers still get them. */
export function DeliveryTableHead({ isShown }: { readonly isShown: boolean }) {
  return (
    <div role="rowgroup" className={cx('shrink-0 border-b border-border', !isShown && 'sr-only')}>
      <div role="row" className="delivery-row h-8 text-2xs font-medium text-muted-foreground">
        <div role="columnheader" data-column="select">
          <span className="sr-only">Selected</span>
        </div>
        {COLUMNS.map(({ id, header, isNumber }) => (
          <div key={id} role="columnheader" data-column={id} className={cx('truncate', isNumber && 'text-right')}>
            {header}
          </div>
        ))}
      </div>
    </div>
  );
}
