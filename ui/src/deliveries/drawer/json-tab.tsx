import type { DeliveryWithAttemptsAnswer } from '../../api/generated';
import { Copyable } from '../../components/copyable';

/** The delivery as the API answers it. */
export function JsonTab({ delivery }: { readonly delivery: DeliveryWithAttemptsAnswer }) {
  const json = JSON.stringify(delivery, null, 2);
  return (
    <div className="flex flex-col gap-3">
      <div className="flex items-center justify-between text-muted-foreground">
        <code>GET /deliveries/{`{id}`}</code>
        <Copyable text={json} what="JSON" label="Copy JSON" className="font-sans" />
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
