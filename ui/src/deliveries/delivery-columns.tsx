import { type ColumnDef, rowSelectionFeature, tableFeatures } from '@tanstack/react-table';
import type { DeliveryAnswer } from '../api/generated';
import { Status } from '../components/status';
import { Age, Countdown } from '../components/time';
import { durationOf, secondsBetween } from '../lib/times';
import { useDeliveryHref } from './delivery-href';
import { errorWords } from './filters';
import { SubscriptionName } from './subscription-name';

export const FEATURES = tableFeatures({ rowSelectionFeature });

export type DeliveryColumn = ColumnDef<typeof FEATURES, DeliveryAnswer>;

/** Columns whose content is aligned at the right, because it is a number. */
export const NUMERIC: readonly string[] = ['attempts', 'took', 'age'];

/** The last response or error of a delivery: `503`, `TLS failure`. */
export function answerWords({ last_status_code: code, last_error: error, status }: DeliveryAnswer): string {
  if (code !== null && (error === null || error.code === 'bad_status')) return String(code);
  if (error === null) return '';
  return status === 'cancelled' && error.code === 'cancelled' ? '' : errorWords(error.code);
}

export const COLUMNS: DeliveryColumn[] = [
  {
    id: 'select',
    header: '',
    cell: ({ row }) => (
      <input
        type="checkbox"
        tabIndex={-1}
        aria-label="Select this delivery"
        checked={row.getIsSelected()}
        onChange={row.getToggleSelectedHandler()}
        className="relative z-10 block size-3.5 cursor-pointer accent-brand"
      />
    ),
  },
  { id: 'status', header: 'Status', cell: ({ row }) => <Status status={row.original.status} /> },
  {
    id: 'type',
    header: 'Event type',
    cell: ({ row: { original } }) => (
      <>
        <TypeLink id={original.id} type={original.event_type} />
        <span className="only-on-phones truncate text-muted-foreground">
          <SubscriptionName id={original.subscription_id} targetUrl={original.target_url} />
        </span>
      </>
    ),
  },
  {
    id: 'target',
    header: 'Subscription',
    cell: ({ row }) => <SubscriptionName id={row.original.subscription_id} targetUrl={row.original.target_url} />,
  },
  {
    id: 'answer',
    header: 'Response',
    cell: ({ row }) => (
      <span className="truncate" data-hint={row.original.last_error?.message ?? undefined}>
        {answerWords(row.original)}
      </span>
    ),
  },
  {
    id: 'attempts',
    header: 'Attempts',
    cell: ({ row }) => (
      <>
        {row.original.attempt_count}
        <span className="whitespace-pre text-muted-foreground"> / {row.original.max_attempts}</span>
      </>
    ),
  },
  {
    id: 'next',
    header: 'Next',
    cell: ({ row }) =>
      row.original.next_attempt_at === null ? null : (
        <Countdown at={row.original.next_attempt_at} isRough className="text-warning" />
      ),
  },
  {
    id: 'took',
    header: 'Took',
    cell: ({ row }) => (
      <span className="text-muted-foreground" data-hint="From acceptance to the end">
        {tookOf(row.original)}
      </span>
    ),
  },
  {
    id: 'age',
    header: 'Age',
    cell: ({ row }) => <Age at={row.original.created_at} className="text-muted-foreground" />,
  },
];

/** For opening in another tab, and for those who read by links. The row opens it at a plain click. */
function TypeLink({ id, type }: { readonly id: string; readonly type: string }) {
  return (
    <a href={useDeliveryHref(id)} tabIndex={-1} className="truncate font-mono">
      {type}
    </a>
  );
}

function tookOf({ created_at, finished_at }: DeliveryAnswer): string {
  return finished_at === null ? '' : durationOf(secondsBetween(created_at, finished_at) * 1000);
}
