import { CommandPalette } from './command-palette';
import { ShortcutSheet } from './shortcut-sheet';

interface WindowsProps {
  readonly shown: 'palette' | 'shortcuts';
  readonly onClose: () => void;
}

/** Loaded when the first of them is opened. */
export default function Windows({ shown, onClose }: WindowsProps) {
  return (
    <>
      <CommandPalette open={shown === 'palette'} onClose={onClose} />
      <ShortcutSheet open={shown === 'shortcuts'} onClose={onClose} />
    </>
  );
}
