import { useQuery, useQueryClient } from '@tanstack/react-query';
import { KeyRound, Plus } from 'lucide-react';
import type { KeyAnswer } from '../api/generated';
import { revokeKey } from '../api/generated';
import { Copyable } from '../components/copyable';
import { type Column, Listing } from '../components/listing';
import { Section } from '../components/section';
import { Command, Notice } from '../components/states';
import { Age, Countdown } from '../components/time';
import { say } from '../components/toasts';
import { Button } from '../components/ui/button';
import { Confirm } from '../components/ui/confirm';
import { shortId } from '../lib/ids';
import { curlFor } from './curl-for';
import { NewKeyDialog } from './new-key-dialog';
import { PageOf } from './page-of';
import { doneOf, keysQuery, readAfterChange } from './queries';
import { RotateKeyDialog } from './rotate-key-dialog';
import { TenantName } from './tenant-name';
import { useAdmin } from './use-admin';

/** Who may call the API, and what for. */
export default function KeysTab() {
  const { search, go, close } = useAdmin();
  const keys = useQuery(keysQuery(search.cursor));
  const opened = keys.data?.data.find(({ id }) => id === search.open);
  const columns: readonly Column<KeyAnswer>[] = [
    { header: 'Key', cell: (key) => <Name apiKey={key} /> },
    { header: 'Role', cell: ({ role }) => role },
    { header: 'Tenant', cell: ({ tenant_id: id }) => <TenantName id={id} />, className: 'max-sm:hidden' },
    { header: 'Last used', isNumber: true, cell: ({ last_used_at: at }) => <LastUse at={at} />, className: 'max-md:hidden' }, // prettier-ignore
    { header: 'Created', isNumber: true, cell: ({ created_at: at }) => <Age at={at} />, className: 'max-lg:hidden' },
    { header: 'Expires', isNumber: true, cell: ({ expires_at: at }) => <Expiry at={at} />, className: 'max-md:hidden' },
    { header: 'Actions', isNumber: true, cell: ({ id }) => <Actions id={id} /> },
  ];
  return (
    <Section
      title="API keys"
      aside={
        <Button variant="primary" onClick={() => go({ new: 'key' })}>
          <Plus aria-hidden /> New key
        </Button>
      }
    >
      <PageOf query={keys} nothing={<NoKeys />}>
        {(rows) => <Listing label="API keys" columns={columns} rows={rows} keyOf={({ id }) => id} />}
      </PageOf>
      {search.new === 'key' && <NewKeyDialog onClose={close} />}
      {opened !== undefined && search.new === 'rotation' && <RotateKeyDialog apiKey={opened} onClose={close} />}
      {opened !== undefined && search.new === undefined && <Revoke apiKey={opened} onClose={close} />}
    </Section>
  );
}

function Name({ apiKey: { id, name } }: { readonly apiKey: KeyAnswer }) {
  return (
    <span className="flex flex-wrap items-baseline gap-x-3 py-2">
      <span className="font-medium">{name ?? 'Without a name'}</span>
      <Copyable text={id} what="key id" label={shortId(id)} className="max-md:hidden" />
    </span>
  );
}

function LastUse({ at }: { readonly at: string | null }) {
  return at === null ? <span className="text-muted-foreground">never</span> : <Age at={at} />;
}

function Expiry({ at }: { readonly at: string | null }) {
  return at === null ? (
    <span className="text-muted-foreground">never</span>
  ) : (
    <Countdown at={at} isRough className="text-warning" />
  );
}

function Actions({ id }: { readonly id: string }) {
  const { go } = useAdmin();
  return (
    <span className="flex justify-end gap-2">
      <Button size="sm" onClick={() => go({ open: id, new: 'rotation' })}>
        Rotate
      </Button>
      <Button size="sm" variant="danger" onClick={() => go({ open: id, new: undefined })}>
        Revoke
      </Button>
    </span>
  );
}

function Revoke({ apiKey: { id, name }, onClose }: { readonly apiKey: KeyAnswer; readonly onClose: () => void }) {
  const queryClient = useQueryClient();
  const revoke = async (): Promise<void> => {
    await doneOf(revokeKey({ path: { id } }));
    say('done', 'The key is revoked. It is refused within a second.');
    await readAfterChange(queryClient, 'keys', 'sessions', 'portal-sessions');
  };
  return (
    <Confirm
      open
      title={`Revoke ${name === null ? shortId(id) : `“${name}”`}?`}
      action="Revoke the key"
      isDangerous
      onConfirm={revoke}
      onClose={onClose}
    >
      <p>Programs that use it are refused within a second, and for good. Rotate it instead to give them time.</p>
      <p>Sessions of browsers that signed in with it end, and so do the portals that it opened.</p>
    </Confirm>
  );
}

function NoKeys() {
  return (
    <Notice icon={<KeyRound aria-hidden className="size-5 text-muted-foreground" />} title="No API keys">
      <p>Programs show a key with each request. Give each the least role that will do, and one tenant.</p>
      <Command
        what="command"
        text={curlFor('/keys', { role: 'publisher', tenant_id: 'default', name: 'shop backend' })}
      />
    </Notice>
  );
}
