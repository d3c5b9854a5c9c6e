import { useNavigate, useSearch } from '@tanstack/react-router';
import { Building2 } from 'lucide-react';
import { type SubmitEvent, useState } from 'react';
import { access } from '../api/access';
import { Button } from '../components/ui/button';
import { Popover } from '../components/ui/popover';
import { useStore } from '../lib/store';

/** Shows which tenant the page is about, and lets an admin of all tenants look at another one. */
export function TenantField() {
  const { tenant } = useSearch({ from: '__root__' });
  const navigate = useNavigate();
  const who = useStore(access);
  const own = who.state === 'signed-out' ? null : who.tenantId;
  const shown = tenant ?? own ?? 'default';
  const [isOpen, setIsOpen] = useState(false);
  if (own !== null) return <OwnTenant id={own} />;
  const choose = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const chosen = new FormData(event.currentTarget).get('tenant');
    const next = typeof chosen === 'string' ? chosen.trim() : '';
    setIsOpen(false);
    void navigate({ to: '.', search: (search) => ({ ...search, tenant: next === '' ? undefined : next }) });
  };
  return (
    <Popover
      open={isOpen}
      onOpenChange={setIsOpen}
      title="Tenant"
      trigger={(props) => (
        <button
          {...props}
          type="button"
          aria-label={`Tenant: ${shown}`}
          className="flex h-8 items-center gap-2.5 rounded-md px-2 text-sidebar-foreground hover:bg-sidebar-accent max-xl:justify-center [&_svg]:size-4 [&_svg]:shrink-0"
        >
          <Building2 aria-hidden />
          <span className="truncate max-xl:hidden">{`Tenant: ${shown}`}</span>
        </button>
      )}
    >
      <form onSubmit={choose} className="flex flex-col gap-2 p-3">
        <label htmlFor="tenant" className="font-medium">
          Tenant
        </label>
        <input
          id="tenant"
          name="tenant"
          defaultValue={tenant ?? ''}
          placeholder="that of your key"
          autoComplete="off"
          spellCheck={false}
          className="h-8 rounded-md border border-input bg-card px-2"
        />
        <p className="text-xs text-muted-foreground">Other tenants are for keys without a tenant of their own.</p>
        <Button type="submit" variant="primary" className="justify-center">
          Look at it
        </Button>
      </form>
    </Popover>
  );
}

/** The only one that the key may see. */
function OwnTenant({ id }: { readonly id: string }) {
  return (
    <span
      data-hint={`Your key is for the tenant ${id}.`}
      className="flex h-8 items-center gap-2.5 px-2 text-sidebar-foreground max-xl:justify-center [&_svg]:size-4 [&_svg]:shrink-0"
    >
      <Building2 aria-hidden />
      <span className="truncate max-xl:sr-only">Tenant: {id}</span>
    </span>
  );
}
