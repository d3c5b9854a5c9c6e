import { lazy, type ReactNode, Suspense, useRef, useState } from 'react';
import type { TriggerProps } from './popover';

const MenuPanel = lazy(() => import('./menu-panel'));

export interface MenuEntry {
  readonly label: string;
  readonly icon: ReactNode;
  readonly onSelect: () => void;
  /** Whether it is the chosen one of several; undefined if there is no choice. */
  readonly isChosen?: boolean;
}

interface MenuProps {
  /** Renders the button that opens it. */
  readonly trigger: (props: TriggerProps) => ReactNode;
  readonly entries: readonly MenuEntry[];
}

/** A menu at a button. What positions it is loaded when it is wanted. */
export function Menu({ trigger, entries }: MenuProps) {
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      {trigger({
        ref: button,
        onClick: () => setIsOpen(!isOpen),
        'aria-expanded': isOpen,
        'aria-haspopup': 'menu',
      })}
      {isOpen && (
        <Suspense>
          <MenuPanel button={button} entries={entries} onClose={() => setIsOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
