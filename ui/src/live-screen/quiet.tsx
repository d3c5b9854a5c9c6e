import { Link } from '@tanstack/react-router';
import { Radio, SearchX, Unplug } from 'lucide-react';
import { Command, Notice, Skeleton } from '../components/states';
import { Button, buttonClass } from '../components/ui/button';
import { useFirstCommands } from '../deliveries/nothing-yet';
import type { LiveState } from '../live/live-connection';

interface QuietProps {
  readonly state: LiveState;
  readonly hasFilters: boolean;
  readonly onClear: () => void;
}

/** Why nothing is shown, and what to do. */
export default function Quiet({ state, hasFilters, onClear }: QuietProps) {
  const commands = useFirstCommands();
  if (state === 'connecting' || state === 'asleep') return <Skeleton lines={8} className="p-6" />;
  if (state === 'polling') {
    return (
      <Notice icon={<Unplug aria-hidden className={ICON} />} title="The live view is not connected">
        <p>It is tried again every few seconds. The list of deliveries is up to date to 15 s meanwhile.</p>
        <Link to="/deliveries" className={buttonClass()}>
          Deliveries
        </Link>
      </Notice>
    );
  }
  if (hasFilters) {
    return (
      <Notice icon={<SearchX aria-hidden className={ICON} />} title="Nothing matches so far">
        <p>Whatever comes and has all of these properties appears here.</p>
        <Button onClick={onClear}>Clear the filters</Button>
      </Notice>
    );
  }
  return (
    <Notice icon={<Radio aria-hidden className={ICON} />} title="Waiting for something to happen">
      <p>Each event that is published and each attempt to deliver it appears here at once. These commands make some:</p>
      <Command what="commands" text={commands.text} />
    </Notice>
  );
}

const ICON = 'size-5 text-muted-foreground';
