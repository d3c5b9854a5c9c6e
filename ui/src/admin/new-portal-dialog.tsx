import { useQueryClient } from '@tanstack/react-query';
import { ExternalLink } from 'lucide-react';
import { useState } from 'react';
import { answerOf } from '../api/failure';
import { createPortalSession, type CreatedPortalSessionAnswer, type PortalSessionInput } from '../api/generated';
import { buttonClass } from '../components/ui/button';
import { Checkbox, Field, Input, Select } from '../components/ui/field';
import { takeFocus } from '../lib/focus';
import { FormDialog } from './form-dialog';
import { readAfterChange } from './queries';
import { ShownOnce } from './shown-once';
import { useAdmin } from './use-admin';

type Capability = PortalSessionInput['capabilities'][number];

const CAPABILITIES: readonly (readonly [Capability, string])[] = [
  ['subscriptions:read', 'See subscriptions'],
  ['subscriptions:write', 'Change them'],
  ['subscriptions:test', 'Test receivers'],
  ['secrets:read', 'Read signing secrets'],
  ['deliveries:read', 'See deliveries'],
  ['deliveries:retry', 'Retry and cancel'],
  ['payloads:read', 'Read payloads'],
  ['replays:write', 'Replay many'],
];
const USUAL: readonly Capability[] = ['subscriptions:read', 'deliveries:read', 'deliveries:retry'];
const LIVES: readonly (readonly [seconds: number, words: string])[] = [
  [900, '15 minutes'],
  [3600, 'an hour'],
  [28_800, '8 hours'],
  [86_400, 'a day'],
];

interface Typed {
  readonly tenant: string;
  readonly capabilities: readonly Capability[];
  readonly subscriptions: string;
  readonly seconds: number;
  readonly returnUrl: string;
  readonly actor: string;
}

interface FieldsProps {
  readonly typed: Typed;
  readonly onType: (change: Partial<Typed>) => void;
  readonly faultAt: (pointer: string) => string | undefined;
}

/** Makes a link to the portal, to see what a customer would see or to send somebody there. */
export function NewPortalDialog({ onClose }: { readonly onClose: () => void }) {
  const { search, isForAll } = useAdmin();
  const queryClient = useQueryClient();
  const [typed, setTyped] = useState<Typed>({
    tenant: search.tenant ?? (isForAll ? 'default' : ''),
    capabilities: USUAL,
    subscriptions: '',
    seconds: 3600,
    returnUrl: `${window.location.origin}/ui/admin?section=portals`,
    actor: '',
  });
  const [made, setMade] = useState<CreatedPortalSessionAnswer | null>(null);
  const save = async (): Promise<void> => {
    setMade(await answerOf(createPortalSession({ body: bodyOf(typed, isForAll) })));
    await readAfterChange(queryClient, 'portal-sessions');
  };
  if (made !== null) return <NewLink url={made.url} onClose={onClose} />;
  const onType = (change: Partial<Typed>): void => setTyped({ ...typed, ...change });
  return (
    <FormDialog
      title="New link to the portal"
      lead="Shows what a customer would see. In daily use, your application makes these links."
      action="Make the link"
      onSubmit={save}
      onClose={onClose}
    >
      {(faultAt) => (
        <>
          <WhoFields typed={typed} onType={onType} faultAt={faultAt} isForAll={isForAll} />
          <MayFields typed={typed} onType={onType} faultAt={faultAt} />
          <WhereFields typed={typed} onType={onType} faultAt={faultAt} />
        </>
      )}
    </FormDialog>
  );
}

function NewLink({ url, onClose }: { readonly url: string; readonly onClose: () => void }) {
  return (
    <ShownOnce
      title="The new link"
      text={url}
      what="link"
      onClose={onClose}
      aside={
        <a href={url} target="_blank" rel="noreferrer" className={buttonClass()}>
          <ExternalLink aria-hidden /> Open it
        </a>
      }
    >
      It works once, within 60 seconds. Open it here, or send it to somebody who waits for it.
    </ShownOnce>
  );
}

function WhoFields({ typed, onType, faultAt, isForAll }: FieldsProps & { readonly isForAll: boolean }) {
  return (
    <div className="grid grid-cols-2 gap-4 max-sm:grid-cols-1">
      {isForAll && (
        <Field label="Tenant" help="Whose portal it is." fault={faultAt('/tenant_id')}>
          {(control) => (
            <Input
              {...control}
              required
              ref={takeFocus}
              value={typed.tenant}
              onChange={({ target }) => onType({ tenant: target.value })}
            />
          )}
        </Field>
      )}
      <Field label="Used by" help="An id for the audit log." fault={faultAt('/actor')}>
        {(control) => (
          <Input
            {...control}
            placeholder="user-42"
            value={typed.actor}
            onChange={({ target }) => onType({ actor: target.value })}
          />
        )}
      </Field>
    </div>
  );
}

function MayFields({ typed: { capabilities }, onType, faultAt }: FieldsProps) {
  const fault = faultAt('/capabilities');
  const toggle = (capability: Capability): void =>
    onType({
      capabilities: capabilities.includes(capability)
        ? capabilities.filter((each) => each !== capability)
        : [...capabilities, capability],
    });
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="pb-2 font-medium">May</legend>
      <div className="grid grid-cols-2 gap-x-4 gap-y-2 max-sm:grid-cols-1">
        {CAPABILITIES.map(([capability, words]) => (
          <Checkbox
            key={capability}
            label={words}
            help={<code>{capability}</code>}
            checked={capabilities.includes(capability)}
            onChange={() => toggle(capability)}
          />
        ))}
      </div>
      {fault !== undefined && (
        <p role="alert" className="text-xs text-destructive">
          {fault}
        </p>
      )}
    </fieldset>
  );
}

function WhereFields({ typed, onType, faultAt }: FieldsProps) {
  return (
    <>
      <Field
        label="Only these subscriptions"
        help="Ids, separated by spaces. All of the tenant if empty."
        fault={faultAt('/subscription_ids') ?? faultAt('/subscription_ids/0')}
      >
        {(control) => (
          <Input
            {...control}
            placeholder="sub_…"
            className="font-mono"
            value={typed.subscriptions}
            onChange={({ target }) => onType({ subscriptions: target.value })}
          />
        )}
      </Field>
      <div className="grid grid-cols-[minmax(0,1fr)_minmax(0,2fr)] gap-4 max-sm:grid-cols-1">
        <Field label="Ends after" fault={faultAt('/expires_in')}>
          {(control) => (
            <Select
              {...control}
              value={typed.seconds}
              onChange={({ target }) => onType({ seconds: Number(target.value) })}
            >
              {LIVES.map(([seconds, words]) => (
                <option key={seconds} value={seconds}>
                  {words}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label="Leads back to" fault={faultAt('/return_url')}>
          {(control) => (
            <Input
              {...control}
              type="url"
              required
              value={typed.returnUrl}
              onChange={({ target }) => onType({ returnUrl: target.value })}
            />
          )}
        </Field>
      </div>
    </>
  );
}

function bodyOf(typed: Typed, isForAll: boolean): PortalSessionInput {
  const ids = typed.subscriptions.split(/[\s,]+/).filter(Boolean);
  return {
    ...(isForAll && { tenant_id: typed.tenant.trim() }),
    capabilities: [...typed.capabilities],
    ...(ids.length > 0 && { subscription_ids: ids }),
    expires_in: typed.seconds,
    return_url: typed.returnUrl.trim(),
    ...(typed.actor.trim() !== '' && { actor: typed.actor.trim() }),
  };
}
