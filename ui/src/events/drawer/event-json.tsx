import type { EventAnswer } from '../../api/generated';
import { CopyButton } from '../../components/copy-button';

/** The event as the API answers it. */
export function EventJson({ event }: { readonly event: EventAnswer }) {
  const json = JSON.stringify(event, null, 2);
  return (
    <div className="flex flex-col gap-3">
      <div className="flex items-center justify-between text-muted-foreground">
        <code>GET /events/{`{id}`}</code>
        <CopyButton text={json} what="JSON" />
      </div>
      <pre
        tabIndex={0}
        aria-label="JSON"
        className="overflow-auto rounded-md border border-border bg-background px-3 py-2 leading-[18px] break-all whitespace-pre-wrap"
      >
        {json}
      </pre>
    </div>
  );
}
