import { useNavigate } from '@tanstack/react-router';
import { Search } from 'lucide-react';
import { type KeyboardEvent, useState } from 'react';
import { Dialog } from '../components/ui/dialog';
import { Kbd } from '../components/ui/kbd';
import { cx } from '../lib/cx';
import { takeFocus } from '../lib/focus';
import { keyLabel } from '../lib/keys';
import { type Command, commandsFor, type Going } from './commands';

export function CommandPalette({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  return (
    <Dialog open={open} onClose={onClose} title="Find or go to" className="max-w-xl">
      <Finder onClose={onClose} />
    </Dialog>
  );
}

function Finder({ onClose }: { readonly onClose: () => void }) {
  const go = useGoing();
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const commands = commandsFor(typed);
  const chosen = Math.min(at, commands.length - 1);
  const run = (command: Command | undefined): void => {
    if (command === undefined) return;
    onClose();
    command.run(go);
  };
  const press = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) setAt((chosen + step + commands.length) % Math.max(1, commands.length));
    else if (event.key === 'Enter') run(commands[chosen]);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <FindField
        typed={typed}
        chosen={commands.length > 0 ? chosen : null}
        onPress={press}
        onType={(next) => {
          setTyped(next);
          setAt(0);
        }}
      />
      <ul id="commands" role="listbox" aria-label="Commands" className="overflow-y-auto p-2">
        {commands.map((command, index) => (
          <CommandItem
            key={command.label}
            command={command}
            index={index}
            isChosen={index === chosen}
            onPoint={() => setAt(index)}
            onRun={() => run(command)}
          />
        ))}
      </ul>
      {commands.length === 0 && (
        <p role="status" className="px-4 pb-4 text-muted-foreground">
          Nothing is called that. An id of a delivery, an event or a subscription works too, whole.
        </p>
      )}
    </>
  );
}

interface FindFieldProps {
  readonly typed: string;
  /** Index of the chosen command. */
  readonly chosen: number | null;
  readonly onType: (typed: string) => void;
  readonly onPress: (event: KeyboardEvent) => void;
}

function FindField({ typed, chosen, onType, onPress }: FindFieldProps) {
  return (
    <div className="flex items-center gap-2 border-b border-border px-4">
      <Search aria-hidden className="size-4 shrink-0 text-muted-foreground" />
      <input
        ref={takeFocus}
        role="combobox"
        aria-label="Find or go to"
        aria-expanded
        aria-controls="commands"
        aria-activedescendant={chosen === null ? undefined : `command-${chosen}`}
        value={typed}
        onChange={({ target }) => onType(target.value)}
        onKeyDown={onPress}
        placeholder="Go to, do, or paste an id"
        spellCheck={false}
        autoComplete="off"
        className="h-12 min-w-0 flex-1 bg-transparent text-base outline-none"
      />
    </div>
  );
}

interface CommandItemProps {
  readonly command: Command;
  readonly index: number;
  readonly isChosen: boolean;
  readonly onPoint: () => void;
  readonly onRun: () => void;
}

function CommandItem({ command: { label, icon: Icon, keys }, index, isChosen, onPoint, onRun }: CommandItemProps) {
  return (
    <li
      id={`command-${index}`}
      role="option"
      aria-selected={isChosen}
      onPointerMove={onPoint}
      onClick={onRun}
      className={cx('flex h-9 cursor-pointer items-center gap-3 rounded-md px-2', isChosen && 'bg-accent')}
    >
      <Icon aria-hidden className="size-4 text-muted-foreground" />
      <span className="truncate">{label}</span>
      <span className="flex-1" />
      {keys && <Kbd keys={keyLabel(keys)} />}
    </li>
  );
}

function useGoing(): Going {
  const navigate = useNavigate();
  return {
    toScreen: (to) => void navigate({ to }),
    toDelivery: (deliveryId) => void navigate({ to: '/deliveries/$deliveryId', params: { deliveryId } }),
    toReplay: (replayId) => void navigate({ to: '/replays/$replayId', params: { replayId } }),
    toEvent: (eventId) => void navigate({ to: '/events/$eventId', params: { eventId } }),
    toDeliveries: (search) => void navigate({ to: '/deliveries', search }),
    toSubscription: (subscriptionId) =>
      void navigate({ to: '/subscriptions/$subscriptionId', params: { subscriptionId } }),
  };
}
