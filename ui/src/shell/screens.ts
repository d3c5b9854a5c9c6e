import { House, type LucideIcon, Send } from 'lucide-react';

interface Screen {
  readonly to: '/' | '/deliveries';
  readonly label: string;
  readonly icon: LucideIcon;
  /** Keys that lead there. */
  readonly keys: string;
}

/** All screens, for navigation, palette and keys. A new one is a line here and a route. */
export const SCREENS: readonly Screen[] = [
  { to: '/', label: 'Home', icon: House, keys: 'g h' },
  { to: '/deliveries', label: 'Deliveries', icon: Send, keys: 'g d' },
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
];
