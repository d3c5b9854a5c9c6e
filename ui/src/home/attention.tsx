import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CircleAlert, CircleCheck, CirclePause } from 'lucide-react';
import type { ReactNode } from 'react';
import { answerOf } from '../api/failure';
import { type HealthAnswer, listSubscriptions, type StatsSeries } from '../api/generated';
import { healthQuery, KEYS, statsQuery } from '../api/queries';
import { Skeleton } from '../components/states';
import { Button } from '../components/ui/button';
import { useNow } from '../lib/clock';
import { counted, percentOf } from '../lib/numbers';
import { useSubscriptionName } from '../deliveries/subscription-name';
import { disabledWords } from '../subscriptions/words';
import { unhealthyChecks } from './unhealthy-checks';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const MAX_FAILING = 5;
const MAX_DISABLED = 20;

/** What somebody should look at, the worst first. */
export function Attention() {
  const since = new Date(useNow(MINUTE_MS) - HOUR_MS).toISOString();
  const bySubscription = useQuery(statsQuery({ step: 'minute', since, group_by: 'subscription' }, ['attention']));
  const health = useQuery({ ...healthQuery, refetchInterval: MINUTE_MS });
  const disabled = useQuery({
    queryKey: [...KEYS.subscriptions, 'disabled'],
    queryFn: ({ signal }) => answerOf(listSubscriptions({ query: { state: 'disabled', limit: MAX_DISABLED }, signal })),
  });
  const queries = [bySubscription, health, disabled];
  const unread = queries.filter(({ isError }) => isError);
  const failing = (bySubscription.data?.data ?? [])
    .filter(({ group, totals }) => group !== null && totals.failed > 0)
    .sort((a, b) => b.totals.failed - a.totals.failed)
    .slice(0, MAX_FAILING);
  const items = [
    ...checksOf(health.data ?? null),
    ...failing.map((series) => <Failing key={series.group} series={series} />),
    ...(disabled.data?.data ?? []).map(({ id, target_url: url, disabled_reason: reason }) => (
      <Item key={id} icon={<CirclePause aria-hidden className="size-4 text-warning" />}>
        <Name id={id} url={url} /> is disabled: {disabledWords(reason)}.
      </Item>
    )),
  ];
  return (
    <section aria-labelledby="attention" className="flex flex-col gap-2">
      <h2 id="attention" className="font-medium">
        Needs attention
      </h2>
      <ul className="divide-y divide-border rounded-lg border border-border bg-card">
        {items}
        {unread.length > 0 && <Unread onRetry={() => unread.forEach(({ refetch }) => void refetch())} />}
        {queries.some(({ isPending }) => isPending) ? (
          <li className="px-4 py-3">
            <Skeleton lines={1} />
          </li>
        ) : (
          items.length + unread.length === 0 && <Nothing />
        )}
      </ul>
    </section>
  );
}

/** Only when everything was read: what is not known may need attention. */
function Nothing() {
  return (
    <Item icon={<CircleCheck aria-hidden className="size-4 text-success" />}>
      Nothing. No delivery failed for good within the last hour, and no subscription is disabled.
    </Item>
  );
}

function Unread({ onRetry }: { readonly onRetry: () => void }) {
  return (
    <Item icon={ALARM}>
      <span role="alert">{'A part of this could not be read, and may need attention. '}</span>
      <Button size="sm" onClick={onRetry}>
        Try again
      </Button>
    </Item>
  );
}

function Item({ icon, children }: { readonly icon: ReactNode; readonly children: ReactNode }) {
  return (
    <li className="flex items-start gap-3 px-4 py-2.5">
      <span className="mt-0.5 shrink-0">{icon}</span>
      <span className="min-w-0">{children}</span>
    </li>
  );
}

const ALARM = <CircleAlert aria-hidden className="size-4 text-destructive" />;

function checksOf(health: HealthAnswer | null): ReactNode[] {
  return unhealthyChecks(health).map(({ name, text }) => (
    <Item key={name} icon={ALARM}>
      <b className="font-medium">{name}</b> {text}
    </Item>
  ));
}

function Failing({ series: { group, totals } }: { readonly series: StatsSeries }) {
  return (
    <Item icon={ALARM}>
      <Name id={group ?? ''} url={group ?? ''} />: {counted(totals.failed, 'delivery', 'deliveries')} failed for good
      within the last hour{totals.success_rate !== null && `; ${percentOf(totals.success_rate)} succeeded`}.{' '}
      <Link
        to="/deliveries"
        search={{ subscription_id: group ?? '', status: 'failed' }}
        className="whitespace-nowrap text-brand underline underline-offset-2"
      >
        See why
      </Link>
    </Item>
  );
}

function Name({ id, url }: { readonly id: string; readonly url: string }) {
  const name = useSubscriptionName({ id, targetUrl: url });
  return (
    <Link
      to="/subscriptions/$subscriptionId"
      params={{ subscriptionId: id }}
      className="font-medium break-words hover:underline"
    >
      {name}
    </Link>
  );
}
