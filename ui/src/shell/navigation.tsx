import { Link, useNavigate } from '@tanstack/react-router';
import { BookOpen, LogOut, Menu as MenuIcon } from 'lucide-react';
import { access, signOut } from '../api/access';
import { say } from '../components/toasts';
import { Menu } from '../components/ui/menu';
import { buttonClass } from '../components/ui/button';
import { keyLabel } from '../lib/keys';
import { useStore } from '../lib/store';
import { BrandMark } from './brand';
import { useScreens } from './use-screens';
import { TenantField } from './tenant-field';

const ITEM =
  'flex h-8 items-center gap-2.5 rounded-md px-2 text-sidebar-foreground hover:bg-sidebar-accent hover:text-sidebar-accent-foreground max-xl:justify-center [&_svg]:size-4 [&_svg]:shrink-0';

/** A column at the left: words on wide screens, icons on narrower ones. Phones have a menu instead. */
export function Navigation({ version }: { readonly version: string }) {
  const screens = useScreens();
  return (
    <nav
      aria-label="Screens"
      className="flex w-52 flex-col gap-0.5 border-r border-sidebar-border bg-sidebar p-2 max-xl:w-14 max-md:hidden"
    >
      <div className="flex h-10 items-center gap-2.5 px-2 font-semibold max-xl:justify-center max-xl:px-0">
        <BrandMark /> <span className="max-xl:hidden">Webhooks</span>
      </div>
      {screens.map(({ to, label, icon: Icon, keys }) => (
        <Link
          key={to}
          to={to}
          activeOptions={{ exact: to === '/', includeSearch: false }}
          activeProps={{ className: 'bg-sidebar-accent font-medium text-sidebar-accent-foreground' }}
          className={ITEM}
          data-hint={`${label}\n${keyLabel(keys)}`}
          aria-label={label}
        >
          <Icon aria-hidden />
          <span className="max-xl:hidden">{label}</span>
        </Link>
      ))}
      <div className="mt-auto flex flex-col gap-0.5">
        <TenantField />
        <a href="/docs" className={ITEM} aria-label="API reference">
          <BookOpen aria-hidden />
          <span className="max-xl:hidden">API reference</span>
        </a>
        <Account />
        <span className="px-2 pt-1 text-2xs text-muted-foreground max-xl:hidden">Version {version}</span>
      </div>
    </nav>
  );
}

function Account() {
  const who = useStore(access);
  const role = who.state === 'signed-out' ? null : who.role;
  if (who.state === 'open') {
    return (
      <span
        className="px-2 text-2xs text-muted-foreground max-xl:hidden"
        data-hint="API_ACCESS is open: everyone who can reach this port may do everything. It listens on this machine only."
      >
        Open to this machine, no key
      </span>
    );
  }
  return (
    <button
      type="button"
      onClick={() => void leave()}
      className={ITEM}
      aria-label="Sign out"
      data-hint={role && `Signed in with a key of the role ${role}`}
    >
      <LogOut aria-hidden />
      <span className="max-xl:hidden">Sign out</span>
    </button>
  );
}

async function leave(): Promise<void> {
  try {
    await signOut();
  } catch {
    say('failed', 'The service does not answer, so you are still signed in. Try again.');
  }
}

/** The navigation of phones. */
export function NavigationMenu() {
  const navigate = useNavigate();
  const screens = useScreens();
  const { state } = useStore(access);
  return (
    <div className="md:hidden">
      <Menu
        trigger={(props) => (
          <button
            {...props}
            type="button"
            aria-label="Screens"
            className={buttonClass({ variant: 'ghost', size: 'icon' }, '-ml-2')}
          >
            <MenuIcon aria-hidden />
          </button>
        )}
        entries={[
          ...screens.map(({ to, label, icon: Icon }) => ({
            label,
            icon: <Icon aria-hidden />,
            onSelect: () => void navigate({ to }),
          })),
          { label: 'API reference', icon: <BookOpen aria-hidden />, onSelect: () => window.location.assign('/docs') },
          ...(state === 'open'
            ? []
            : [{ label: 'Sign out', icon: <LogOut aria-hidden />, onSelect: () => void leave() }]),
        ]}
      />
    </div>
  );
}
