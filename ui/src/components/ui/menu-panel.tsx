import { Menu as Base } from '@base-ui/react/menu';
import { Check } from 'lucide-react';
import type { RefObject } from 'react';
import type { MenuEntry } from './menu';

interface MenuPanelProps {
  readonly button: RefObject<HTMLButtonElement | null>;
  readonly entries: readonly MenuEntry[];
  readonly onClose: () => void;
}

export default function MenuPanel({ button, entries, onClose }: MenuPanelProps) {
  return (
    <Base.Root
      open
      onOpenChange={(isOpen, { event }) => {
        // The button itself closes what it opened.
        const isButton = event.target instanceof Node && button.current?.contains(event.target);
        if (!isOpen && !isButton) onClose();
      }}
    >
      {/* Within the landmark of its button, by which readers of the page find what it is about. */}
      <Base.Portal container={button.current?.closest('main')}>
        <Base.Positioner anchor={button} positionMethod="fixed" sideOffset={4} align="end" className="z-40">
          <Base.Popup
            finalFocus={button}
            className="min-w-44 animate-appear rounded-lg border border-border bg-popover p-1 text-popover-foreground shadow-overlay outline-none"
          >
            {entries.map(({ label, icon, onSelect, isChosen }) => (
              <Base.Item
                key={label}
                onClick={onSelect}
                aria-current={isChosen ? 'true' : undefined}
                className="flex h-8 cursor-pointer items-center gap-2 rounded-md px-2 outline-none select-none data-highlighted:bg-accent [&_svg]:size-4 [&_svg]:text-muted-foreground"
              >
                {icon}
                <span className="flex-1">{label}</span>
                {isChosen && <Check aria-hidden />}
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
