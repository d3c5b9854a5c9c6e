import { Link } from '@tanstack/react-router';
import { PenLine, Send } from 'lucide-react';
import { useMay } from '../../api/access';
import type { EventAnswer } from '../../api/generated';
import { Copyable } from '../../components/copyable';
import { Fact } from '../../components/section';
import { ExactTime } from '../../components/time';
import { buttonClass } from '../../components/ui/button';
import { bytesOf } from '../../lib/numbers';
import { OPERATIONAL } from '../operational';
import { OutcomeWords } from '../outcome-words';

/** What an event is, what became of it, and what one can do with it. */
export function EventHeader({ event }: { readonly event: EventAnswer }) {
  const mayPublish = useMay('events:publish', 'payloads:read');
  const isPublishable = !event.event_type.startsWith(OPERATIONAL);
  return (
    <>
      <header className="flex flex-col gap-1">
        <h2 className="min-w-0 text-lg font-semibold break-words">{event.event_type}</h2>
        <p className="text-base">
          <OutcomeWords event={event} />
        </p>
      </header>
      <div className="flex flex-wrap gap-2">
        {mayPublish && isPublishable && (
          <Link
            to="/publish"
            search={{ event_type: event.event_type, tags: event.tags.join(',') || undefined, like: event.id }}
            className={buttonClass()}
          >
            <PenLine aria-hidden /> Publish one like it
          </Link>
        )}
        {event.delivery_count > 0 && (
          <Link to="/deliveries" search={{ event_id: event.id }} className={buttonClass()}>
            <Send aria-hidden /> Its deliveries
          </Link>
        )}
      </div>
      <dl className="grid grid-cols-[104px_minmax(0,1fr)] gap-x-4 gap-y-2">
        <Fact name="Accepted">
          <ExactTime at={event.created_at} />
        </Fact>
        <Fact name="Payload">
          {event.content_type}
          <span className="text-muted-foreground">{bytesOf(event.payload_bytes)}</span>
        </Fact>
        {event.tags.length > 0 && (
          <Fact name="Tags">
            {event.tags.map((tag) => (
              <Link key={tag} to="/events" search={{ tag }} className="font-mono text-brand hover:underline">
                {tag}
              </Link>
            ))}
          </Fact>
        )}
        {event.idempotency_key !== null && (
          <Fact name="Idempotency key">
            <Copyable text={event.idempotency_key} what="idempotency key" className="text-foreground" />
          </Fact>
        )}
      </dl>
    </>
  );
}
