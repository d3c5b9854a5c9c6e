import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { answerOf } from '../../api/failure';
import { type DeliveryAnswer, listDeliveries } from '../../api/generated';
import { KEYS } from '../../api/queries';
import { type Column, Listing } from '../../components/listing';
import { Section } from '../../components/section';
import { Failed, Skeleton } from '../../components/states';
import { Status } from '../../components/status';
import { Age } from '../../components/time';
import { answerWords } from '../../deliveries/delivery-columns';
import { REFRESH_MS } from '../queries';

const SHOWN = 5;
/** What failed for good, and what failed and will be tried again. */
const FAILED = 'failed,retrying';

const COLUMNS: readonly Column<DeliveryAnswer>[] = [
  { header: 'Status', className: 'w-28', cell: ({ status }) => <Status status={status} /> },
  {
    header: 'Event type',
    className: 'max-w-0 w-1/3',
    cell: ({ id, event_type: type }) => (
      <Link
        to="/deliveries/$deliveryId"
        params={{ deliveryId: id }}
        className="block truncate font-mono hover:underline"
      >
        {type}
      </Link>
    ),
  },
  {
    header: 'Response',
    className: 'max-w-0 w-2/3 max-sm:hidden',
    cell: (delivery) => (
      <span className="block truncate" data-hint={delivery.last_error?.message ?? undefined}>
        {answerWords(delivery)}{' '}
        <span className="text-muted-foreground">
          {delivery.last_error?.code === 'bad_status' ? '' : delivery.last_error?.message}
        </span>
      </span>
    ),
  },
  {
    header: 'Attempts',
    isNumber: true,
    className: 'whitespace-nowrap',
    cell: ({ attempt_count: count, max_attempts: max }) => (
      <>
        {count}
        <span className="text-muted-foreground"> / {max}</span>
      </>
    ),
  },
  {
    header: 'Age',
    isNumber: true,
    className: 'whitespace-nowrap text-muted-foreground',
    cell: ({ created_at: at }) => <Age at={at} />,
  },
];

/** The newest deliveries that failed; nothing is said of an older history. */
export function LastFailures({ id }: { readonly id: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: [...KEYS.deliveries, 'last-failures', id],
    refetchInterval: REFRESH_MS,
    queryFn: ({ signal }) =>
      answerOf(listDeliveries({ query: { subscription_id: id, status: FAILED, limit: SHOWN }, signal })),
  });
  return (
    <Section
      title="Last failures"
      aside={
        (data?.data.length ?? 0) > 0 && (
          <Link
            to="/deliveries"
            search={{ subscription_id: id, status: FAILED }}
            className="text-brand underline underline-offset-2"
          >
            All that failed
          </Link>
        )
      }
    >
      {data !== undefined ? (
        data.data.length === 0 ? (
          <p className="text-muted-foreground">No delivery has failed in the history that is kept.</p>
        ) : (
          <Listing label="Last failures" columns={COLUMNS} rows={data.data} keyOf={(delivery) => delivery.id} />
        )
      ) : error === null ? (
        <Skeleton lines={3} />
      ) : (
        <Failed error={error} onRetry={() => void refetch()} />
      )}
    </Section>
  );
}
