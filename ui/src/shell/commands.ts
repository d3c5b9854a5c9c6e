import type { LucideIcon } from 'lucide-react';
import { BookOpen, CircleX, Clock, Hash, Keyboard, Moon, Sun } from 'lucide-react';
import type { DeliverySearch } from '../deliveries/delivery-search';
import { findId } from '../lib/ids';
import { openWindow } from './open-window';
import { SCREENS } from './screens';
import { chooseTheme } from './theme';

/** Where a command can lead. */
export interface Going {
  readonly toScreen: (to: (typeof SCREENS)[number]['to']) => void;
  readonly toDelivery: (id: string) => void;
  readonly toReplay: (id: string) => void;
  readonly toEvent: (id: string) => void;
  readonly toDeliveries: (search: DeliverySearch) => void;
  readonly toSubscription: (id: string) => void;
}

export interface Command {
  readonly label: string;
  readonly icon: LucideIcon;
  readonly keys?: string;
  readonly run: (go: Going) => void;
}

const COMMANDS: readonly Command[] = [
  ...SCREENS.map(({ to, label, icon, keys }) => ({
    label,
    icon,
    keys,
    run: (go: Going) => go.toScreen(to),
  })),
  { label: 'Failed deliveries', icon: CircleX, run: (go) => go.toDeliveries({ status: 'failed' }) },
  { label: 'Deliveries that will be retried', icon: Clock, run: (go) => go.toDeliveries({ status: 'retrying' }) },
  { label: 'API reference', icon: BookOpen, run: () => window.location.assign('/docs') },
  { label: 'Keys', icon: Keyboard, keys: '?', run: () => openWindow.set('shortcuts') },
  { label: 'Light theme', icon: Sun, run: () => chooseTheme('light') },
  { label: 'Dark theme', icon: Moon, run: () => chooseTheme('dark') },
];

/** Commands for what was typed: those whose words begin like it, or the one that opens a pasted id. */
export function commandsFor(typed: string): readonly Command[] {
  const found = findId(typed);
  if (found !== null) return [commandForId(found)];
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return COMMANDS.filter(({ label }) => {
    const own = label.toLowerCase().split(' ');
    return words.every((word) => own.some((each) => each.startsWith(word)));
  });
}

function commandForId({ kind, id }: NonNullable<ReturnType<typeof findId>>): Command {
  switch (kind) {
    case 'delivery':
      return { label: `Open ${id}`, icon: Hash, run: (go) => go.toDelivery(id) };
    case 'event':
      return { label: `Open ${id}`, icon: Hash, run: (go) => go.toEvent(id) };
    case 'replay':
      return { label: `Open ${id}`, icon: Hash, run: (go) => go.toReplay(id) };
    case 'subscription':
      return { label: `Open ${id}`, icon: Hash, run: (go) => go.toSubscription(id) };
  }
}
