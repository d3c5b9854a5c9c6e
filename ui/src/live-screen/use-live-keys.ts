import { useMay } from '../api/access';
import { useDeliveryActions } from '../deliveries/use-delivery-actions';
import { useKeys } from '../lib/keys';
import type { LiveRow } from './live-feed';
import { deliveryOf } from './live-table';
import type { LiveView } from './use-live-view';

interface Options {
  readonly view: LiveView;
  readonly openId: string | null;
  readonly openRow: (row: LiveRow) => void;
  readonly open: (id: string, replace?: boolean) => void;
  readonly close: () => void;
}

/** Keys of the list, as in that of the deliveries. */
export function useLiveKeys({ view, openId, openRow, open, close }: Options): void {
  const { rows, cursor, setCursor, pause } = view;
  const actions = useDeliveryActions();
  const mayRetry = useMay('deliveries:retry');
  const mayRead = useMay('payloads:read');
  const isAt = (row: LiveRow): boolean =>
    cursor === null ? openId !== null && deliveryOf(row) === openId : row.number === cursor;
  const at = rows.findIndex(isAt);
  const row = rows[at];
  const current = openId ?? (row === undefined ? null : deliveryOf(row));
  const move = (step: number): void => {
    const next = rows[Math.min(Math.max(at + step, 0), rows.length - 1)];
    if (next === undefined) return;
    setCursor(next.number);
    const id = deliveryOf(next);
    if (openId !== null && id !== null && id !== openId) open(id, true);
  };
  const onDelivery = (isAllowed: boolean, act: (id: string) => Promise<void>) => () => {
    if (isAllowed && current !== null) void act(current);
  };
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: () => row !== undefined && openRow(row),
    Escape: () => (openId === null ? setCursor(null) : close()),
    p: pause,
    r: onDelivery(mayRetry, actions.retry),
    c: onDelivery(mayRead, actions.copyCurl),
  });
}
