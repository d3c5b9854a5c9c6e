import { Link } from '@tanstack/react-router';
import type { ListedSubscriptionAnswer } from '../api/generated';
import type { Column } from '../components/listing';
import { cx } from '../lib/cx';
import { countOf, percentOf } from '../lib/numbers';
import { HealthBadge, HealthReason } from './health-badge';
import { HourStrip } from './hour-strip';
import { SubscriptionMenu } from './subscription-menu';
import type { SubscriptionActions } from './use-subscription-actions';
import { nameOf } from './words';

type Row = ListedSubscriptionAnswer;

const SHOWN_TYPES = 2;

export function subscriptionColumns(actions: SubscriptionActions): readonly Column<Row>[] {
  return [
    { header: 'Subscription', className: 'w-full max-w-0', cell: (row) => <Name row={row} /> },
    { header: 'State', className: 'max-md:hidden', cell: (row) => <State row={row} /> },
    {
      header: 'Last 24 hours',
      className: 'max-sm:hidden',
      cell: (row) => <HourStrip hours={row.health.success_by_hour} isSmall />,
    },
    { header: 'Success', isNumber: true, cell: (row) => <Rate row={row} /> },
    { header: 'Event types', className: 'max-xl:hidden', cell: (row) => <Types types={row.event_types} /> },
    {
      header: 'In flight',
      isNumber: true,
      className: 'max-lg:hidden whitespace-nowrap',
      cell: (row) => <Lane row={row} />,
    },
    { header: 'Waiting', isNumber: true, className: 'max-md:hidden', cell: (row) => <Waiting row={row} /> },
    {
      header: 'Actions',
      className: 'w-8',
      isHidden: true,
      cell: (row) => <SubscriptionMenu subscription={row} actions={actions} label={`Actions for ${nameOf(row)}`} />,
    },
  ];
}

function Name({ row }: { readonly row: Row }) {
  return (
    <span className="flex min-w-0 flex-col py-2.5">
      <Link
        to="/subscriptions/$subscriptionId"
        params={{ subscriptionId: row.id }}
        data-row-link
        className="truncate font-medium"
      >
        {nameOf(row)}
      </Link>
      <span className="truncate font-mono text-muted-foreground" data-hint={`${row.target_url}\n${row.id}`}>
        {row.target_url}
      </span>
      <span className="pt-1 md:hidden">
        <State row={row} />
      </span>
    </span>
  );
}

function State({ row }: { readonly row: Row }) {
  return (
    <span className="flex flex-col items-start gap-0.5 max-md:flex-row max-md:items-center max-md:gap-2">
      <HealthBadge subscription={row} />
      <span className="text-xs whitespace-nowrap text-muted-foreground empty:hidden">
        <HealthReason subscription={row} />
      </span>
    </span>
  );
}

function Rate({ row: { health } }: { readonly row: Row }) {
  const { success_rate: rate } = health;
  if (rate === null) return <span className="text-muted-foreground">–</span>;
  return (
    <span className={cx('whitespace-nowrap', health.state === 'failing' && 'text-destructive')}>{percentOf(rate)}</span>
  );
}

function Types({ types }: { readonly types: readonly string[] }) {
  const rest = types.length - SHOWN_TYPES;
  return (
    <span
      className="flex max-w-64 items-baseline gap-2 whitespace-nowrap"
      data-hint={rest > 0 ? types.join('\n') : undefined}
    >
      <span className="truncate font-mono">{types.slice(0, SHOWN_TYPES).join(', ')}</span>
      {rest > 0 && <span className="text-muted-foreground">+{rest}</span>}
    </span>
  );
}

function Lane({ row: { health } }: { readonly row: Row }) {
  const { in_flight: inFlight, width, limit, workers } = health.lane;
  const hint =
    workers === 0
      ? 'No worker has anything to send to it'
      : `${width} may be in flight now; its limit is ${limit} for each worker`;
  return (
    <span data-hint={hint}>
      {inFlight}
      <span className="text-muted-foreground"> / {limit}</span>
    </span>
  );
}

function Waiting({ row: { health } }: { readonly row: Row }) {
  return <span className={cx(health.waiting === 0 && 'text-muted-foreground')}>{countOf(health.waiting)}</span>;
}
