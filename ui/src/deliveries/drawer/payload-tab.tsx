import { useQuery } from '@tanstack/react-query';
import { eventQuery, payloadQuery } from '../../api/queries';
import { Copyable } from '../../components/copyable';
import { Failed, Skeleton } from '../../components/states';
import { textOf } from '../../lib/curl';
import { bytesOf } from '../../lib/numbers';
import { INDENTED, writeJson } from '../../lib/write-json';

/** More would make the page slow. */
const MAX_SHOWN = 200_000;

/** The event's payload as it was published; JSON is indented, and its numbers and strings stay as they were written. */
export function PayloadTab({ eventId }: { readonly eventId: string }) {
  const { data: event } = useQuery(eventQuery(eventId));
  const { data: payload, error, refetch } = useQuery(payloadQuery(eventId));
  if (error !== null) return <Failed error={error} onRetry={() => void refetch()} />;
  if (payload === undefined) return <Skeleton lines={6} />;
  const text = textOf(payload);
  return (
    <div className="flex flex-col gap-3">
      <div className="flex items-center gap-3 text-muted-foreground">
        <span>{event?.content_type}</span>
        <span>{bytesOf(payload.byteLength)}</span>
        <span className="flex-1" />
        {text !== null && <Copyable text={text} what="payload" label="Copy" className="font-sans" />}
      </div>
      {text === null ? (
        <p>These bytes are not text. GET /events/{eventId}/payload has them.</p>
      ) : (
        <pre
          tabIndex={0}
          aria-label="Payload"
          className="overflow-auto rounded-md border border-border bg-background px-3 py-2 leading-[18px] break-all whitespace-pre-wrap"
        >
          {shown(text)}
        </pre>
      )}
    </div>
  );
}

function shown(text: string): string {
  if (text.length > MAX_SHOWN) return `${text.slice(0, MAX_SHOWN)}\n… ${bytesOf(text.length - MAX_SHOWN)} more`;
  return writeJson(text.replace(/^\uFEFF/, ''), INDENTED) ?? text;
}
