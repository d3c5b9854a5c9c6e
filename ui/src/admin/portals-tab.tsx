import { useQuery, useQueryClient } from '@tanstack/react-query';
import { ExternalLink, Plus } from 'lucide-react';
import { type PortalSessionAnswer, revokeAllPortalSessions, revokePortalSession } from '../api/generated';
import { type Column, Listing } from '../components/listing';
import { Section } from '../components/section';
import { Command, Notice } from '../components/states';
import { Age, Countdown } from '../components/time';
import { say } from '../components/toasts';
import { Button } from '../components/ui/button';
import { Confirm } from '../components/ui/confirm';
import { counted } from '../lib/numbers';
import { curlFor } from './curl-for';
import { NewPortalDialog } from './new-portal-dialog';
import { PageOf } from './page-of';
import { doneOf, portalsQuery, readAfterChange } from './queries';
import { useAdmin } from './use-admin';

/** Customers who use the portal, or have a link to it. */
export default function PortalsTab() {
  const { search, go, close } = useAdmin();
  const portals = useQuery(portalsQuery(search.cursor));
  const opened = portals.data?.data.find(({ id }) => id === search.open);
  const ofTenant = opened !== undefined && search.new === 'all' ? opened.tenant_id : null;
  const columns: readonly Column<PortalSessionAnswer>[] = [
    { header: 'Tenant', cell: ({ tenant_id: id }) => <span className="font-medium">{id}</span> },
    { header: 'Used by', cell: ({ actor }) => actor ?? <Muted text="nobody said" />, className: 'max-md:hidden' },
    { header: 'May', cell: ({ capabilities }) => <Capabilities all={capabilities} />, className: 'max-lg:hidden' },
    { header: 'Subscriptions', isNumber: true, cell: ({ subscription_ids: ids }) => ids?.length ?? 'all', className: 'max-lg:hidden' }, // prettier-ignore
    { header: 'Made', isNumber: true, cell: ({ created_at: at }) => <Age at={at} />, className: 'max-lg:hidden' },
    { header: 'Opened', isNumber: true, cell: ({ exchanged_at: at }) => (at === null ? <Muted text="not yet" /> : <Age at={at} />) }, // prettier-ignore
    { header: 'Ends', isNumber: true, cell: ({ expires_at: at }) => <Countdown at={at} isRough />, className: 'max-md:hidden' }, // prettier-ignore
    { header: 'Actions', isNumber: true, cell: (portal) => <Actions portal={portal} /> },
  ];
  return (
    <Section
      title="Portal links and sessions"
      aside={
        <Button variant="primary" onClick={() => go({ new: 'portal' })}>
          <Plus aria-hidden /> New link
        </Button>
      }
    >
      <PageOf query={portals} nothing={<NoPortals />}>
        {(rows) => <Listing label="Portal sessions" columns={columns} rows={rows} keyOf={({ id }) => id} />}
      </PageOf>
      {search.new === 'portal' && <NewPortalDialog onClose={close} />}
      {opened !== undefined && search.new === undefined && <EndOne portal={opened} onClose={close} />}
      {ofTenant !== null && <EndAll tenantId={ofTenant} onClose={close} />}
    </Section>
  );
}

function Muted({ text }: { readonly text: string }) {
  return <span className="text-muted-foreground">{text}</span>;
}

function Capabilities({ all }: { readonly all: readonly string[] }) {
  return <span data-hint={all.join('\n')}>{counted(all.length, 'capability', 'capabilities')}</span>;
}

function Actions({ portal: { id, tenant_id: tenantId } }: { readonly portal: PortalSessionAnswer }) {
  const { go } = useAdmin();
  return (
    <span className="flex justify-end gap-2">
      <Button size="sm" variant="danger" onClick={() => go({ open: id, new: undefined })}>
        End
      </Button>
      <Button
        size="sm"
        variant="ghost"
        className="max-sm:hidden"
        aria-label={`End all of ${tenantId}`}
        data-hint={`All portal sessions of ${tenantId}`}
        onClick={() => go({ open: id, new: 'all' })}
      >
        End all
      </Button>
    </span>
  );
}

function EndOne({ portal, onClose }: { readonly portal: PortalSessionAnswer; readonly onClose: () => void }) {
  const queryClient = useQueryClient();
  const end = async (): Promise<void> => {
    await doneOf(revokePortalSession({ path: { id: portal.id } }));
    say('done', 'The portal session has ended.');
    await readAfterChange(queryClient, 'portal-sessions');
  };
  return (
    <Confirm
      open
      title="End this portal session?"
      action="End the session"
      isDangerous
      onConfirm={end}
      onClose={onClose}
    >
      <p>
        {portal.exchanged_at === null
          ? 'Its link leads nowhere from now on.'
          : 'Its page is refused within a second, and asks the customer to open the portal again.'}
      </p>
    </Confirm>
  );
}

function EndAll({ tenantId, onClose }: { readonly tenantId: string; readonly onClose: () => void }) {
  const queryClient = useQueryClient();
  const end = async (): Promise<void> => {
    await doneOf(revokeAllPortalSessions({ query: { tenant_id: tenantId } }));
    say('done', `All portal sessions of ${tenantId} have ended.`);
    await readAfterChange(queryClient, 'portal-sessions');
  };
  return (
    <Confirm
      open
      title={`End all portal sessions of ${tenantId}?`}
      action="End all of them"
      isDangerous
      onConfirm={end}
      onClose={onClose}
    >
      <p>
        Every page of theirs is refused within a second, and links that were not followed yet lead nowhere. Your
        application can make new ones.
      </p>
    </Confirm>
  );
}

function NoPortals() {
  const body = {
    tenant_id: 'default',
    capabilities: ['subscriptions:read', 'deliveries:read'],
    return_url: 'https://app.example.com/settings',
  };
  return (
    <Notice icon={<ExternalLink aria-hidden className="size-5 text-muted-foreground" />} title="No portal sessions">
      <p>A customer sees their own webhooks in the portal, as far as you allow. Your application makes the link:</p>
      <Command what="command" text={curlFor('/portal-sessions', body)} />
    </Notice>
  );
}
