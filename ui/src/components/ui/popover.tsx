import { lazy, type ReactNode, type RefObject, Suspense, useRef } from 'react';

const PopoverPanel = lazy(() => import('./popover-panel'));

/** What a button needs to open a panel. */
export interface TriggerProps {
  readonly ref: RefObject<HTMLButtonElement | null>;
  readonly onClick: () => void;
  readonly 'aria-expanded': boolean;
  readonly 'aria-haspopup': 'dialog' | 'menu';
}

interface PopoverProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  /** Renders the button that opens it. */
  readonly trigger: (props: TriggerProps) => ReactNode;
  readonly title: string;
  readonly children: ReactNode;
}

/** A panel at a button. What positions it is loaded when it is wanted. */
export function Popover({ open, onOpenChange, trigger, title, children }: PopoverProps) {
  const button = useRef<HTMLButtonElement>(null);
  return (
    <>
      {trigger({
        ref: button,
        onClick: () => onOpenChange(!open),
        'aria-expanded': open,
        'aria-haspopup': 'dialog',
      })}
      {open && (
        <Suspense>
          <PopoverPanel button={button} title={title} onClose={() => onOpenChange(false)}>
            {children}
          </PopoverPanel>
        </Suspense>
      )}
    </>
  );
}
