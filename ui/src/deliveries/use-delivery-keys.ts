import { useMay } from '../api/access';
import { useKeys } from '../lib/keys';
import { canRetry, type DeliveryActions } from './use-delivery-actions';
import type { DeliveryList } from './use-delivery-list';

interface Options {
  readonly list: DeliveryList;
  /** The delivery that the keys act on. */
  readonly atId: string | null;
  readonly openId: string | null;
  readonly hasSelection: boolean;
  readonly actions: DeliveryActions;
  readonly open: (id: string, replace?: boolean) => void;
  readonly close: () => void;
  readonly setCursorId: (id: string | null) => void;
  readonly clearSelection: () => void;
  readonly toggle: (id: string) => void;
}

/** Keys of the list. While a drawer is open, moving the cursor moves the drawer. */
export function useDeliveryKeys(options: Options): void {
  const { list, atId, openId, hasSelection, actions, open, close, setCursorId, clearSelection, toggle } = options;
  const { rows } = list;
  const mayRetry = useMay('deliveries:retry');
  const mayRead = useMay('payloads:read');
  const at = rows.findIndex(({ id }) => id === atId);
  const move = (step: number): void => {
    const next = rows[Math.min(Math.max(at + step, 0), rows.length - 1)];
    if (next === undefined) return;
    setCursorId(next.id);
    if (openId !== null && next.id !== openId) open(next.id, true);
  };
  const leave = (): void => {
    if (openId !== null) {
      setCursorId(openId);
      close();
    } else if (hasSelection) clearSelection();
    else setCursorId(null);
  };
  const withId = (act: (id: string) => void) => () => {
    if (atId !== null) act(atId);
  };
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: withId((id) => open(id)),
    Escape: leave,
    x: withId(toggle),
    r: withId((id) => {
      const row = rows.find((each) => each.id === id);
      // A delivery that is not in the list is judged by the service.
      if (mayRetry && (row === undefined || canRetry(row.status))) void actions.retry(id);
    }),
    c: withId((id) => void (mayRead && actions.copyCurl(id))),
  });
}
