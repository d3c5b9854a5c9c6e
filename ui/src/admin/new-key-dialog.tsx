import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answerOf } from '../api/failure';
import { createKey, type CreatedKeyAnswer, type KeyInput } from '../api/generated';
import { Field, Input, Select } from '../components/ui/field';
import { takeFocus } from '../lib/focus';
import { FormDialog } from './form-dialog';
import { readAfterChange } from './queries';
import { ShownOnce } from './shown-once';
import { useAdmin } from './use-admin';

type Role = KeyInput['role'];

const ROLES: readonly (readonly [Role, string])[] = [
  ['publisher', 'Publishes, and reads nothing of what became of it.'],
  ['reader', 'Reads subscriptions, deliveries, events and the ledger.'],
  ['manager', 'Reads, changes subscriptions, retries, replays, and reads signing secrets.'],
  ['admin', 'Everything, including keys, tenants and the audit log.'],
];

interface Typed {
  readonly name: string;
  readonly role: Role;
  readonly tenant: string;
  readonly expiresAt: string;
}

/** Makes a key, and shows it once. */
export function NewKeyDialog({ onClose }: { readonly onClose: () => void }) {
  const { search, isForAll } = useAdmin();
  const queryClient = useQueryClient();
  const [typed, setTyped] = useState<Typed>({
    name: '',
    role: 'publisher',
    tenant: search.tenant ?? (isForAll ? 'default' : ''),
    expiresAt: '',
  });
  const [made, setMade] = useState<CreatedKeyAnswer | null>(null);
  const save = async (): Promise<void> => {
    setMade(await answerOf(createKey({ body: bodyOf(typed, isForAll) })));
    await readAfterChange(queryClient, 'keys');
  };
  if (made !== null) return <NewKey made={made} onClose={onClose} />;
  return (
    <FormDialog
      title="New API key"
      lead="Give each program a key of its own, with the least role that will do."
      action="Create the key"
      onSubmit={save}
      onClose={onClose}
    >
      {(faultAt) => <KeyFields typed={typed} onType={setTyped} faultAt={faultAt} isForAll={isForAll} />}
    </FormDialog>
  );
}

function NewKey({ made, onClose }: { readonly made: CreatedKeyAnswer; readonly onClose: () => void }) {
  return (
    <ShownOnce title="The new key" text={made.key} what="key" onClose={onClose}>
      Nobody can read it again: the service stores only its hash. Copy it now to where the program will find it.
    </ShownOnce>
  );
}

interface KeyFieldsProps {
  readonly typed: Typed;
  readonly onType: (typed: Typed) => void;
  readonly faultAt: (pointer: string) => string | undefined;
  readonly isForAll: boolean;
}

function KeyFields({ typed, onType, faultAt, isForAll }: KeyFieldsProps) {
  const isAdmin = typed.role === 'admin';
  return (
    <>
      <Field label="Name" help="What uses it, for whoever looks at this list." fault={faultAt('/name')}>
        {(control) => (
          <Input
            {...control}
            ref={takeFocus}
            placeholder="shop backend"
            value={typed.name}
            onChange={({ target }) => onType({ ...typed, name: target.value })}
          />
        )}
      </Field>
      <Field label="Role" help={ROLES.find(([role]) => role === typed.role)?.[1]} fault={faultAt('/role')}>
        {(control) => (
          <Select
            {...control}
            value={typed.role}
            onChange={({ target }) => onType({ ...typed, role: target.value as Role })}
          >
            {ROLES.map(([role]) => (
              <option key={role}>{role}</option>
            ))}
          </Select>
        )}
      </Field>
      <div className="grid grid-cols-2 gap-4 max-sm:grid-cols-1">
        {isForAll && (
          <Field
            label="Tenant"
            help={isAdmin ? 'Empty for all tenants.' : 'It sees nothing of the others.'}
            fault={faultAt('/tenant_id')}
          >
            {(control) => (
              <Input
                {...control}
                required={!isAdmin}
                placeholder={isAdmin ? 'all tenants' : undefined}
                value={typed.tenant}
                onChange={({ target }) => onType({ ...typed, tenant: target.value })}
              />
            )}
          </Field>
        )}
        <Field label="Expires" help="In your time zone. Never if empty." fault={faultAt('/expires_at')}>
          {(control) => (
            <Input
              {...control}
              type="datetime-local"
              value={typed.expiresAt}
              onChange={({ target }) => onType({ ...typed, expiresAt: target.value })}
            />
          )}
        </Field>
      </div>
    </>
  );
}

function bodyOf({ name, role, tenant, expiresAt }: Typed, isForAll: boolean): KeyInput {
  const tenantId = tenant.trim() === '' ? null : tenant.trim();
  return {
    role,
    ...(isForAll && { tenant_id: tenantId }),
    name: name.trim() === '' ? null : name.trim(),
    expires_at: expiresAt === '' ? null : new Date(expiresAt).toISOString(),
  };
}
