import {
  CalendarClock,
  House,
  type LucideIcon,
  PenLine,
  Radio,
  Repeat,
  Send,
  ShieldCheck,
  UserCog,
  Webhook,
} from 'lucide-react';
import type { Ability } from '../api/access';

interface Screen {
  readonly to:
    | '/'
    | '/deliveries'
    | '/events'
    | '/publish'
    | '/subscriptions'
    | '/live'
    | '/replays'
    | '/verify'
    | '/admin';
  readonly label: string;
  readonly icon: LucideIcon;
  /** Keys that lead there. */
  readonly keys: string;
  /** What one must be able to do for it to be of use; null if anybody may. */
  readonly needs: Ability | null;
}

/** All screens, for navigation, palette and keys. A new one is a line here and a route. */
export const SCREENS: readonly Screen[] = [
  { to: '/', label: 'Home', icon: House, keys: 'g h', needs: 'deliveries:read' },
  { to: '/deliveries', label: 'Deliveries', icon: Send, keys: 'g d', needs: 'deliveries:read' },
  { to: '/events', label: 'Events', icon: CalendarClock, keys: 'g e', needs: 'deliveries:read' },
  { to: '/publish', label: 'Publish', icon: PenLine, keys: 'g p', needs: 'events:publish' },
  { to: '/subscriptions', label: 'Subscriptions', icon: Webhook, keys: 'g s', needs: 'subscriptions:read' },
  { to: '/live', label: 'Live', icon: Radio, keys: 'g l', needs: 'deliveries:read' },
  { to: '/replays', label: 'Replays', icon: Repeat, keys: 'g r', needs: 'deliveries:read' },
  { to: '/verify', label: 'Verify', icon: ShieldCheck, keys: 'g v', needs: null },
  { to: '/admin', label: 'Admin', icon: UserCog, keys: 'g a', needs: 'access:administer' },
];

interface ShortcutGroup {
  readonly title: string;
  readonly shortcuts: readonly (readonly [keys: string, what: string])[];
}

/** What the sheet of keys lists. */
export const SHORTCUTS: readonly ShortcutGroup[] = [
  {
    title: 'Everywhere',
    shortcuts: [
      ['Mod+k', 'Find, go, or open a pasted id'],
      ['?', 'These keys'],
      ...SCREENS.map(({ keys, label }) => [keys, label] as const),
    ],
  },
  {
    title: 'Lists',
    shortcuts: [
      ['j', 'Next'],
      ['k', 'Previous'],
      ['Enter', 'Open'],
      ['Escape', 'Close, or clear the selection'],
      ['x', 'Select'],
      ['/', 'Filter'],
    ],
  },
  {
    title: 'A delivery',
    shortcuts: [
      ['r', 'Retry'],
      ['c', 'Copy as curl'],
    ],
  },
  { title: 'Live', shortcuts: [['p', 'Pause, or go on']] },
];
