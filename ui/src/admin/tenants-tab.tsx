import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Building2, Plus } from 'lucide-react';
import { lazy, Suspense } from 'react';
import type { TenantAnswer } from '../api/generated';
import { type Column, Listing } from '../components/listing';
import { Section } from '../components/section';
import { Command, Notice } from '../components/states';
import { Age } from '../components/time';
import { Button } from '../components/ui/button';
import { counted, exactCount } from '../lib/numbers';
import { curlFor } from './curl-for';
import { PageOf } from './page-of';
import { tenantsQuery } from './queries';
import { useAdmin } from './use-admin';

const TenantDialog = lazy(() => import('./tenant-dialog'));

/** Who uses the service, and how much of it. */
export function TenantsTab() {
  const { search, isForAll, go, close } = useAdmin();
  const tenants = useQuery(tenantsQuery(search.cursor));
  const opened = tenants.data?.data.find(({ id }) => id === search.open);
  const columns: readonly Column<TenantAnswer>[] = [
    { header: 'Tenant', cell: (tenant) => <Name tenant={tenant} onOpen={() => go({ open: tenant.id })} /> },
    { header: 'Events per second', isNumber: true, cell: ({ limits }) => <Rate limits={limits} />, className: 'max-md:hidden' }, // prettier-ignore
    { header: 'Subscriptions, at most', isNumber: true, cell: ({ limits }) => exactCount(limits.subscriptions), className: 'max-md:hidden' }, // prettier-ignore
    { header: 'Portal embedded by', cell: ({ frame_ancestors: origins }) => <Origins origins={origins} />, className: 'max-lg:hidden' }, // prettier-ignore
    { header: 'Created', isNumber: true, cell: ({ created_at: at }) => <Age at={at} />, className: 'max-sm:hidden' },
    { header: 'Deliveries', isNumber: true, cell: ({ id }) => <LookAt id={id} /> },
  ];
  return (
    <Section
      title="Tenants"
      aside={
        isForAll && (
          <Button variant="primary" onClick={() => go({ new: 'tenant' })}>
            <Plus aria-hidden /> New tenant
          </Button>
        )
      }
    >
      <PageOf query={tenants} nothing={<NoTenants />}>
        {(rows) => (
          <Listing
            label="Tenants"
            columns={columns}
            rows={rows}
            keyOf={({ id }) => id}
            onOpen={({ id }) => go({ open: id })}
          />
        )}
      </PageOf>
      <Suspense>
        {search.new === 'tenant' && <TenantDialog tenant={null} onClose={close} />}
        {opened !== undefined && <TenantDialog tenant={opened} onClose={close} />}
      </Suspense>
    </Section>
  );
}

function Name({ tenant: { id, name }, onOpen }: { readonly tenant: TenantAnswer; readonly onOpen: () => void }) {
  return (
    <button type="button" onClick={onOpen} className="flex max-w-full flex-wrap items-baseline gap-x-3 py-2 text-left">
      <span className="font-medium">{id}</span> <span className="text-muted-foreground">{name}</span>
    </button>
  );
}

function Rate({ limits: { events_per_second: rate, burst } }: Pick<TenantAnswer, 'limits'>) {
  if (rate === null) return <span className="text-muted-foreground">no limit</span>;
  const hint = burst === null || burst === rate ? undefined : `${exactCount(burst)} at once`;
  return <span data-hint={hint}>{exactCount(rate)}</span>;
}

function Origins({ origins }: { readonly origins: readonly string[] }) {
  const [first, ...others] = origins;
  if (first === undefined) return <span className="text-muted-foreground">nobody</span>;
  return (
    <span data-hint={origins.join('\n')}>
      {first.replace(/^https:\/\//, '')}
      {others.length > 0 && <span className="text-muted-foreground"> and {counted(others.length, 'other')}</span>}
    </span>
  );
}

function LookAt({ id }: { readonly id: string }) {
  return (
    <Link
      to="/deliveries"
      search={{ tenant: id }}
      aria-label={`Look at the deliveries of ${id}`}
      className="text-brand underline underline-offset-2"
    >
      Look
    </Link>
  );
}

function NoTenants() {
  return (
    <Notice icon={<Building2 aria-hidden className="size-5 text-muted-foreground" />} title="No tenants">
      <p>A tenant sees its own subscriptions, events and deliveries, and nothing of the others.</p>
      <Command what="command" text={curlFor('/tenants', { id: 'acme', name: 'Acme Inc.' })} />
    </Notice>
  );
}
