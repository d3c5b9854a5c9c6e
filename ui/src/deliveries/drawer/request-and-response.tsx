import type { ReactNode } from 'react';
import { useMay } from '../../api/access';
import type { AttemptAnswer, DeliveryWithAttemptsAnswer } from '../../api/generated';
import { VerifyButton } from './verify-button';

interface RequestAndResponseProps {
  readonly attempt: AttemptAnswer;
  readonly delivery: DeliveryWithAttemptsAnswer;
}

/** The request as it was sent, and the response as it came. */
export function RequestAndResponse({ attempt, delivery }: RequestAndResponseProps) {
  const { request_headers: sent, status_code: code, response_headers: received, response_body: body } = attempt;
  const mayRead = useMay('payloads:read');
  return (
    <div className="mt-3 flex flex-col overflow-hidden rounded-md border border-border">
      <Block title="Request">
        {sent === null ? (
          <span className="text-muted-foreground">Nothing was sent: there was no connection.</span>
        ) : (
          <>
            <b className="font-medium text-foreground">POST {delivery.target_url}</b>
            {'\n'}
            <HeaderLines headers={sent.map(({ name, value }) => [name, value] as const)} />
          </>
        )}
      </Block>
      {mayRead && sent !== null && <VerifyButton eventId={delivery.event_id} headers={sent} />}
      {code !== null && (
        <Block title="Response">
          <b className="font-medium text-foreground">{code}</b>
          {'\n'}
          <HeaderLines headers={Object.entries(received)} />
          {body !== '' && `\n${body}`}
        </Block>
      )}
    </div>
  );
}

function Block({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="border-b border-border last:border-b-0">
      <h3 className="sr-only">{title}</h3>
      <pre
        tabIndex={0}
        aria-label={title}
        className="max-h-72 overflow-auto bg-background px-3 py-2 leading-[18px] break-all whitespace-pre-wrap text-muted-foreground focus-visible:-outline-offset-2"
      >
        {children}
      </pre>
    </section>
  );
}

function HeaderLines({ headers }: { readonly headers: readonly (readonly [string, string])[] }) {
  return headers.map(([name, value], index) => (
    <span key={`${name} ${index}`}>
      {name}: <span className="text-foreground">{value}</span>
      {'\n'}
    </span>
  ));
}
