import { Send } from 'lucide-react';
import { Command, Notice } from '../components/states';
import { serverConfig } from '../shell/config-store';
import { useStore } from '../lib/store';

interface FirstCommands {
  readonly text: string;
  /** Whether they work as they stand, because there is a receiver. */
  readonly hasEcho: boolean;
}

/** The commands that make a first delivery. */
export function useFirstCommands(): FirstCommands {
  const { access, has_echo: hasEcho } = useStore(serverConfig);
  const { origin } = window.location;
  const key = access === 'open' ? '' : ' -H "Authorization: Bearer $KEY"';
  const target = hasEcho ? `${origin}/echo/demo` : 'https://example.com/webhooks';
  const json = `-H 'Content-Type: application/json'`;
  const text = `curl ${origin}/subscriptions${key} ${json} \\
  -d '{"target_url":"${target}","event_type":"order.created"}'
curl ${origin}/webhooks/order.created${key} ${json} \\
  -d '{"order":42}'`;
  return { text, hasEcho };
}

export function NothingYet() {
  const { text, hasEcho } = useFirstCommands();
  return (
    <Notice icon={<Send aria-hidden className="size-5 text-muted-foreground" />} title="No deliveries yet">
      <p>
        A delivery is made when an event is published that a subscription wants. These two commands make{' '}
        {hasEcho ? 'one to the built-in echo receiver' : 'one to a receiver of yours'}:
      </p>
      <Command what="commands" text={text} />
    </Notice>
  );
}
