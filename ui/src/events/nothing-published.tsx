import { Link } from '@tanstack/react-router';
import { CalendarClock } from 'lucide-react';
import { useMay } from '../api/access';
import { Command, Notice } from '../components/states';
import { buttonClass } from '../components/ui/button';
import { useStore } from '../lib/store';
import { serverConfig } from '../shell/config-store';

/** How a first event comes here: by hand, or by a command. */
export function NothingPublished() {
  const { access } = useStore(serverConfig);
  const mayPublish = useMay('events:publish');
  const key = access === 'open' ? '' : ' -H "Authorization: Bearer $KEY"';
  return (
    <Notice icon={<CalendarClock aria-hidden className="size-5 text-muted-foreground" />} title="No events yet">
      <p>An event is kept here as soon as it is published, whether or not a subscription wants it.</p>
      {mayPublish && (
        <>
          <Link to="/publish" className={buttonClass({ variant: 'primary' })}>
            Publish one
          </Link>
          <Command
            what="command"
            text={`curl ${window.location.origin}/webhooks/order.created${key} \\
  -H 'Content-Type: application/json' -d '{"order":42}'`}
          />
        </>
      )}
    </Notice>
  );
}
