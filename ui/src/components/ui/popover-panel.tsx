import { Popover as Base } from '@base-ui/react/popover';
import type { ReactNode, RefObject } from 'react';

interface PopoverPanelProps {
  readonly button: RefObject<HTMLButtonElement | null>;
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

export default function PopoverPanel({ button, title, onClose, children }: PopoverPanelProps) {
  return (
    <Base.Root
      open
      onOpenChange={(isOpen, { event }) => {
        // The button itself closes what it opened.
        const isButton = event.target instanceof Node && button.current?.contains(event.target);
        if (!isOpen && !isButton) onClose();
      }}
    >
      <Base.Portal>
        <Base.Positioner anchor={button} sideOffset={4} align="start" className="z-40">
          <Base.Popup
            finalFocus={button}
            className="w-64 animate-appear rounded-lg border border-border bg-popover text-popover-foreground shadow-overlay outline-none"
          >
            <Base.Title className="sr-only">{title}</Base.Title>
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
