import type { ReactNode } from 'react';
import type { DeliveryAnswer } from '../api/generated';
import { Status } from '../components/status';
import { Age, Countdown } from '../components/time';
import { durationOf, secondsBetween } from '../lib/times';
import { useDeliveryHref } from './delivery-href';
import { errorWords } from './filters';
import { SubscriptionName } from './subscription-name';

export interface DeliveryColumn {
  readonly id: string;
  readonly header: string;
  /** Numbers are at the right. */
  readonly isNumber?: boolean;
  readonly cell: (delivery: DeliveryAnswer) => ReactNode;
}

/** The last response or error of a delivery: `503`, `TLS failure`. */
export function answerWords({ last_status_code: code, last_error: error, status }: DeliveryAnswer): string {
  if (code !== null && (error === null || error.code === 'bad_status')) return String(code);
  if (error === null) return '';
  return status === 'cancelled' && error.code === 'cancelled' ? '' : errorWords(error.code);
}

/** What a row shows, after the box that selects it. */
export const COLUMNS: readonly DeliveryColumn[] = [
  { id: 'status', header: 'Status', cell: ({ status }) => <Status status={status} /> },
  {
    id: 'type',
    header: 'Event type',
    cell: ({ id, event_type: type, subscription_id: subscriptionId, target_url: targetUrl }) => (
      <>
        <TypeLink id={id} type={type} />
        <span className="only-on-phones truncate text-muted-foreground">
          <SubscriptionName id={subscriptionId} targetUrl={targetUrl} />
        </span>
      </>
    ),
  },
  {
    id: 'target',
    header: 'Subscription',
    cell: ({ subscription_id: id, target_url: targetUrl }) => <SubscriptionName id={id} targetUrl={targetUrl} />,
  },
  {
    id: 'answer',
    header: 'Response',
    cell: (delivery) => (
      <span className="truncate" data-hint={delivery.last_error?.message ?? undefined}>
        {answerWords(delivery)}
      </span>
    ),
  },
  {
    id: 'attempts',
    header: 'Attempts',
    isNumber: true,
    cell: ({ attempt_count: count, max_attempts: max }) => (
      <>
        {count}
        <span className="whitespace-pre text-muted-foreground"> / {max}</span>
      </>
    ),
  },
  {
    id: 'next',
    header: 'Next',
    cell: ({ next_attempt_at: at }) => (at === null ? null : <Countdown at={at} isRough className="text-warning" />),
  },
  {
    id: 'took',
    header: 'Took',
    isNumber: true,
    cell: (delivery) => (
      <span className="text-muted-foreground" data-hint="From acceptance to the end">
        {tookOf(delivery)}
      </span>
    ),
  },
  {
    id: 'age',
    header: 'Age',
    isNumber: true,
    cell: ({ created_at: at }) => <Age at={at} className="text-muted-foreground" />,
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
