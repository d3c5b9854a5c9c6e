import { Dialog as Base } from '@base-ui/react/dialog';
import type { ReactNode } from 'react';
import { access } from '../../api/access';
import { cx } from '../../lib/cx';

interface DialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
  /** Read out by screen readers; shown if it has a place in the content. */
  readonly title: string;
  readonly className?: string;
  readonly children: ReactNode;
}

/** A window over the page. It takes the focus, and gives it back. */
export function Dialog({ open, onClose, title, className, children }: DialogProps) {
  return (
    // While somebody signs in over it, what was typed into it must stay.
    <Base.Root open={open} onOpenChange={(isOpen) => !isOpen && access.get().state !== 'ended' && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 animate-appear bg-foreground/20 dark:bg-black/50" />
        <Base.Popup
          className={cx(
            'fixed top-[12vh] left-1/2 z-50 flex max-h-[76vh] w-[calc(100vw-32px)] -translate-x-1/2 animate-appear flex-col',
            'overflow-hidden rounded-lg border border-border bg-popover text-popover-foreground shadow-overlay outline-none',
            className,
          )}
        >
          <Base.Title className="sr-only">{title}</Base.Title>
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
