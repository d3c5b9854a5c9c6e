import { Ellipsis, KeyRound, Pause, Play, Send, Trash2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { buttonClass } from '../components/ui/button';
import { Menu } from '../components/ui/menu';
import type { SubscriptionAnswer } from './subscription-answer';
import type { Action, SubscriptionActions } from './use-subscription-actions';

export const ACTIONS: Readonly<Record<Action, readonly [label: string, icon: ReactNode]>> = {
  test: ['Send a test', <Send key="test" aria-hidden />],
  pause: ['Pause', <Pause key="pause" aria-hidden />],
  resume: ['Resume', <Play key="resume" aria-hidden />],
  enable: ['Enable', <Play key="enable" aria-hidden />],
  rotate: ['Rotate the secret', <KeyRound key="rotate" aria-hidden />],
  delete: ['Delete', <Trash2 key="delete" aria-hidden />],
};

interface SubscriptionMenuProps {
  readonly subscription: SubscriptionAnswer;
  readonly actions: SubscriptionActions;
  /** Of the button; there is one in each row of a list. */
  readonly label: string;
  /** Actions that have a button of their own. */
  readonly without?: readonly Action[];
}

/** What can be done with a subscription in its state, by whoever is signed in. */
export function SubscriptionMenu({ subscription, actions, label, without = [] }: SubscriptionMenuProps) {
  const offered = actions.offered(subscription).filter((action) => !without.includes(action));
  if (offered.length === 0) return null;
  return (
    <Menu
      trigger={(props) => (
        <button {...props} type="button" aria-label={label} className={buttonClass({ variant: 'ghost', size: 'icon' })}>
          <Ellipsis aria-hidden />
        </button>
      )}
      entries={offered.map((action) => {
        const [label, icon] = ACTIONS[action];
        return { label, icon, onSelect: () => actions.run(action, subscription) };
      })}
    />
  );
}
