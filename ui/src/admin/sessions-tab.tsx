import { useQuery, useQueryClient } from '@tanstack/react-query';
import { MonitorCheck } from 'lucide-react';
import { access } from '../api/access';
import { type ListedSessionAnswer, revokeSession } from '../api/generated';
import { Copyable } from '../components/copyable';
import { type Column, Listing } from '../components/listing';
import { Section } from '../components/section';
import { Notice } from '../components/states';
import { Age, Countdown } from '../components/time';
import { say } from '../components/toasts';
import { Button } from '../components/ui/button';
import { Confirm } from '../components/ui/confirm';
import { shortId } from '../lib/ids';
import { useStore } from '../lib/store';
import { PageOf } from './page-of';
import { doneOf, ownSessionQuery, readAfterChange, sessionsQuery } from './queries';
import { TenantName } from './tenant-name';
import { useAdmin } from './use-admin';

/** Browsers that are signed in. */
export default function SessionsTab() {
  const { search, go, close } = useAdmin();
  const sessions = useQuery(sessionsQuery(search.cursor));
  const ownId = useQuery(ownSessionQuery).data?.id ?? null;
  const opened = sessions.data?.data.find(({ id }) => id === search.open);
  const columns: readonly Column<ListedSessionAnswer>[] = [
    { header: 'Signed in with', cell: (session) => <Key session={session} isOwn={session.id === ownId} /> },
    { header: 'Role', cell: ({ role }) => role, className: 'max-sm:hidden' },
    { header: 'Tenant', cell: ({ tenant_id: id }) => <TenantName id={id} />, className: 'max-md:hidden' },
    { header: 'From', cell: ({ address }) => <code>{address}</code>, className: 'max-md:hidden' },
    { header: 'Began', isNumber: true, cell: ({ created_at: at }) => <Age at={at} />, className: 'max-lg:hidden' },
    { header: 'Last used', isNumber: true, cell: ({ last_used_at: at }) => <Age at={at} /> },
    { header: 'Ends', isNumber: true, cell: ({ expires_at: at }) => <Countdown at={at} isRough />, className: 'max-md:hidden' }, // prettier-ignore
    {
      header: 'Actions',
      isNumber: true,
      cell: ({ id }) => (
        <Button size="sm" variant="danger" onClick={() => go({ open: id })}>
          End
        </Button>
      ),
    },
  ];
  return (
    <Section title="Sessions of browsers">
      <PageOf query={sessions} nothing={<NoSessions />}>
        {(rows) => <Listing label="Sessions" columns={columns} rows={rows} keyOf={({ id }) => id} />}
      </PageOf>
      {opened !== undefined && <End session={opened} isOwn={opened.id === ownId} onClose={close} />}
    </Section>
  );
}

interface OfSession {
  readonly session: ListedSessionAnswer;
  readonly isOwn: boolean;
}

function Key({ session: { key_id: id, key_name: name }, isOwn }: OfSession) {
  return (
    <span className="flex flex-wrap items-baseline gap-x-3 py-2">
      <span className="font-medium">{name ?? 'A key without a name'}</span>
      <Copyable text={id} what="key id" label={shortId(id)} className="max-md:hidden" />
      {isOwn && <span className="rounded-full bg-brand-tint px-2 text-xs font-medium text-brand">this browser</span>}
    </span>
  );
}

function End({ session: { id, address }, isOwn, onClose }: OfSession & { readonly onClose: () => void }) {
  const queryClient = useQueryClient();
  const end = async (): Promise<void> => {
    await doneOf(revokeSession({ path: { id } }));
    if (isOwn) access.set({ state: 'signed-out', refusal: 'You have ended your session.' });
    else {
      say('done', 'The session has ended.');
      await readAfterChange(queryClient, 'sessions');
    }
  };
  return (
    <Confirm open title="End this session?" action="End the session" isDangerous onConfirm={end} onClose={onClose}>
      {isOwn ? (
        <p>This is your own session. You will be signed out.</p>
      ) : (
        <p>
          The browser at {address} is refused within a second, and its live view ends. Its key stays valid: revoke that
          too if somebody else has it.
        </p>
      )}
    </Confirm>
  );
}

function NoSessions() {
  const isOpen = useStore(access).state === 'open';
  return (
    <Notice icon={<MonitorCheck aria-hidden className="size-5 text-muted-foreground" />} title="No sessions">
      <p>
        {isOpen
          ? 'The service is open to this machine, so nobody needs to sign in.'
          : 'A session begins when somebody signs in to this dashboard with an API key.'}
      </p>
    </Notice>
  );
}
