import { MonitorCog, Moon, Search, Sun } from 'lucide-react';
import { type ReactNode, useEffect } from 'react';
import { useMay } from '../api/access';
import { buttonClass } from '../components/ui/button';
import { Kbd } from '../components/ui/kbd';
import { Menu } from '../components/ui/menu';
import { keyLabel } from '../lib/keys';
import { useStore } from '../lib/store';
import { Live } from './live-mark';
import { openWindow } from './open-window';
import { NavigationMenu } from './navigation';
import { chooseTheme, theme, type Theme } from './theme';

interface ScreenProps {
  readonly title: string;
  readonly children: ReactNode;
}

/** What every screen has: a heading, the search, and whether it is live. */
export function Screen({ title, children }: ScreenProps) {
  useEffect(() => {
    document.title = `${title} · Webhooks`;
  }, [title]);
  return (
    <div className="flex h-full min-w-0 flex-col">
      <header className="flex h-12 shrink-0 items-center gap-3 border-b border-border px-6 max-md:px-4">
        <NavigationMenu />
        <h1 className="text-base font-semibold">{title}</h1>
        <span className="flex-1" />
        <FindButton />
        {useMay('deliveries:read') && <Live />}
        <ThemeMenu />
      </header>
      <div className="min-h-0 flex-1">{children}</div>
    </div>
  );
}

function FindButton() {
  return (
    <button
      type="button"
      onClick={() => openWindow.set('palette')}
      className={buttonClass({}, 'w-64 justify-between text-muted-foreground max-lg:w-auto')}
    >
      <Search aria-hidden className="lg:hidden" />
      <span className="font-normal max-lg:sr-only">Find or go to…</span>
      <span aria-hidden className="max-lg:hidden">
        <Kbd keys={keyLabel('Mod+k')} />
      </span>
    </button>
  );
}

const THEMES: readonly (readonly [Theme, string, ReactNode])[] = [
  ['light', 'Light', <Sun key="light" aria-hidden />],
  ['dark', 'Dark', <Moon key="dark" aria-hidden />],
  ['auto', 'Like the system', <MonitorCog key="auto" aria-hidden />],
];

function ThemeMenu() {
  const chosen = useStore(theme);
  const [, , icon] = THEMES.find(([each]) => each === chosen) ?? [];
  return (
    <Menu
      trigger={(props) => (
        <button
          {...props}
          type="button"
          aria-label="Theme"
          className={buttonClass({ variant: 'ghost', size: 'icon' }, '-mr-2')}
        >
          {icon}
        </button>
      )}
      entries={THEMES.map(([value, label, mark]) => ({
        label,
        icon: mark,
        isChosen: value === chosen,
        onSelect: () => chooseTheme(value),
      }))}
    />
  );
}
