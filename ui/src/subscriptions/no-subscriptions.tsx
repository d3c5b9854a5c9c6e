import { Link } from '@tanstack/react-router';
import { Webhook } from 'lucide-react';
import { useMayRunCommands } from '../api/access';
import { Command, Notice } from '../components/states';
import { buttonClass } from '../components/ui/button';
import { useStore } from '../lib/store';
import { serverConfig } from '../shell/config-store';

/** What to do while there are none: make one here, or by a command. */
export function NoSubscriptions({ mayCreate }: { readonly mayCreate: boolean }) {
  const mayRunCommands = useMayRunCommands();
  const { access, has_echo: hasEcho } = useStore(serverConfig);
  const { origin } = window.location;
  const key = access === 'open' ? '' : ' -H "Authorization: Bearer $KEY"';
  const target = hasEcho ? `${origin}/echo/demo` : 'https://example.com/webhooks';
  return (
    <Notice icon={<Webhook aria-hidden className="size-5 text-muted-foreground" />} title="No subscriptions yet">
      <p>
        A subscription says which events go to which URL.{' '}
        {mayCreate && (hasEcho ? 'The built-in echo receiver takes whatever comes. ' : '')}
        {!mayCreate
          ? 'None has been made so far.'
          : mayRunCommands
            ? 'Make the first one in three steps, or with this command:'
            : 'Make the first one in three steps.'}
      </p>
      {mayCreate && (
        <>
          {mayRunCommands && (
            <Command
              what="command"
              text={`curl ${origin}/subscriptions${key} -H 'Content-Type: application/json' \\
  -d '{"target_url":"${target}","event_types":["order.*"]}'`}
            />
          )}
          <Link to="/subscriptions/new" className={buttonClass({ variant: 'primary' })}>
            New subscription
          </Link>
        </>
      )}
    </Notice>
  );
}
