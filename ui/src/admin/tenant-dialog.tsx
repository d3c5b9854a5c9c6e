import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { answerOf } from '../api/failure';
import { createTenant, deleteTenant, patchTenant, type TenantAnswer, type TenantPatch } from '../api/generated';
import { say } from '../components/toasts';
import { Button } from '../components/ui/button';
import { Confirm } from '../components/ui/confirm';
import { Field, Input, TextArea } from '../components/ui/field';
import { takeFocus } from '../lib/focus';
import { useEdited } from '../lib/use-edited';
import { FormDialog } from './form-dialog';
import { doneOf, readAfterChange } from './queries';
import { useAdmin } from './use-admin';

/** It serves requests that name no tenant, so it cannot be deleted. */
const DEFAULT_TENANT = 'default';

interface Typed {
  readonly id: string;
  readonly name: string;
  readonly rate: string;
  readonly burst: string;
  readonly subscriptions: string;
  readonly origins: string;
}

interface TenantDialogProps {
  /** Null for a new one. */
  readonly tenant: TenantAnswer | null;
  readonly onClose: () => void;
}

export default function TenantDialog({ tenant, onClose }: TenantDialogProps) {
  const queryClient = useQueryClient();
  const { isForAll } = useAdmin();
  const form = useEdited(typedOf(tenant));
  const [isDeleting, setIsDeleting] = useState(false);
  const save = async (): Promise<void> => {
    const body = bodyOf(form.changed);
    const id = form.value.id.trim();
    if (tenant === null) await answerOf(createTenant({ body: { id, ...body } }));
    else if (form.isDirty) await answerOf(patchTenant({ path: { id: tenant.id }, body }));
    if (form.isDirty) say('done', tenant === null ? `Tenant ${id} created.` : `Tenant ${tenant.id} changed.`);
    await readAfterChange(queryClient, 'tenants');
    onClose();
  };
  if (isDeleting && tenant !== null) {
    return <DeleteTenant id={tenant.id} onClose={() => setIsDeleting(false)} onDeleted={onClose} />;
  }
  const canDelete = isForAll && tenant !== null && tenant.id !== DEFAULT_TENANT;
  return (
    <FormDialog
      title={tenant === null ? 'New tenant' : `Tenant ${tenant.id}`}
      lead={
        tenant === null ? 'It has its own subscriptions, keys and limits, and sees nothing of other tenants.' : null
      }
      action={tenant === null ? 'Create the tenant' : 'Save'}
      onSubmit={save}
      onClose={onClose}
      aside={
        canDelete && (
          <Button variant="danger" onClick={() => setIsDeleting(true)}>
            Delete…
          </Button>
        )
      }
    >
      {(faultAt) => <TenantFields isNew={tenant === null} typed={form.value} onType={form.change} faultAt={faultAt} />}
    </FormDialog>
  );
}

interface TenantFieldsProps {
  readonly isNew: boolean;
  readonly typed: Typed;
  readonly onType: (part: Partial<Typed>) => void;
  readonly faultAt: (pointer: string) => string | undefined;
}

function TenantFields({ isNew, typed, onType, faultAt }: TenantFieldsProps) {
  const field = (name: keyof Typed, label: string, pointer: string, help: ReactNode, more: object = {}): ReactNode => (
    <Field label={label} help={help} fault={faultAt(pointer)}>
      {(control) => (
        <Input {...control} {...more} value={typed[name]} onChange={({ target }) => onType({ [name]: target.value })} />
      )}
    </Field>
  );
  const forId = { ref: takeFocus, required: true, placeholder: 'acme' };
  const number = { inputMode: 'numeric', placeholder: 'the default', className: 'text-right' };
  return (
    <>
      {isNew && field('id', 'Id', '/id', 'Yours to choose. It cannot be changed, and is never used again.', forId)}
      {field('name', 'Name', '/name', 'What people call it.', { placeholder: 'Acme Inc.' })}
      <div className="grid grid-cols-3 gap-4 max-sm:grid-cols-1">
        {field('rate', 'Events per second', '/limits/events_per_second', 'Over all processes.', number)}
        {field('burst', 'At once', '/limits/burst', 'As many if empty.', number)}
        {field('subscriptions', 'Subscriptions', '/limits/subscriptions', 'At most.', number)}
      </div>
      <Field
        label="Pages that may embed the portal"
        help="One origin a line, such as https://app.example.com. None unless listed."
        fault={faultAt('/frame_ancestors') ?? firstOf(faultAt, '/frame_ancestors/')}
      >
        {(control) => (
          <TextArea
            {...control}
            rows={3}
            value={typed.origins}
            onChange={({ target }) => onType({ origins: target.value })}
          />
        )}
      </Field>
    </>
  );
}

/** The fault of the first line that has one. */
function firstOf(faultAt: TenantFieldsProps['faultAt'], prefix: string): string | undefined {
  for (let index = 0; index < 20; index += 1) {
    const fault = faultAt(`${prefix}${index}`);
    if (fault !== undefined) return `Line ${index + 1} ${fault}`;
  }
  return undefined;
}

function DeleteTenant({
  id,
  onClose,
  onDeleted,
}: {
  readonly id: string;
  readonly onClose: () => void;
  readonly onDeleted: () => void;
}) {
  // prettier-ignore
  const queryClient = useQueryClient();
  const remove = async (): Promise<void> => {
    await doneOf(deleteTenant({ path: { id } }));
    say('done', `Tenant ${id} deleted.`);
    await readAfterChange(queryClient, 'tenants', 'portal-sessions');
    onDeleted();
  };
  return (
    <Confirm
      open
      title={`Delete tenant ${id}?`}
      action="Delete the tenant"
      isDangerous
      typed={id}
      onConfirm={remove}
      onClose={onClose}
    >
      <p>Its portal sessions end, and nobody can publish or read for it any more. Its id is never used again.</p>
      <p>
        Revoke its API keys and delete its subscriptions first: the service refuses to delete a tenant that has any.
        What happened stays in the history until its retention is over.
      </p>
    </Confirm>
  );
}

function typedOf(tenant: TenantAnswer | null): Typed {
  const text = (value: number | null | undefined): string => (value == null ? '' : String(value));
  return {
    id: '',
    name: tenant?.name ?? '',
    rate: text(tenant?.limits.events_per_second),
    burst: text(tenant?.limits.burst),
    subscriptions: text(tenant?.limits.subscriptions),
    origins: tenant?.frame_ancestors.join('\n') ?? '',
  };
}

/** Says nothing of what is not given. */
function bodyOf({ name, rate, burst, subscriptions, origins }: Partial<Typed>): TenantPatch {
  const limits = {
    ...(rate !== undefined && { events_per_second: limitOf(rate) }),
    ...(burst !== undefined && { burst: limitOf(burst) }),
    ...(subscriptions !== undefined && { subscriptions: limitOf(subscriptions) }),
  };
  return {
    ...(name !== undefined && { name: name.trim() || null }),
    ...(Object.keys(limits).length > 0 && { limits }),
    ...(origins !== undefined && { frame_ancestors: origins.split(/\s+/).filter(Boolean) }),
  };
}

/** Empty for the service's default. What is no number is sent as it is, because the service says best what is wrong. */
function limitOf(text: string): number | null {
  const typed = text.trim();
  const value = Number(typed);
  if (typed === '') return null;
  return Number.isNaN(value) ? (typed as unknown as number) : value;
}
