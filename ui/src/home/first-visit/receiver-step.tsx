import { useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { answerOf, faultsOf } from '../../api/failure';
import { createSubscription, type ListedSubscriptionAnswer } from '../../api/generated';
import { KEYS } from '../../api/queries';
import { Copyable } from '../../components/copyable';
import { Button } from '../../components/ui/button';
import { Field, Input } from '../../components/ui/field';
import { useStore } from '../../lib/store';
import { serverConfig } from '../../shell/config-store';
import { ECHO_BIN, SAMPLE_TYPE } from './samples';
import { noteProgress } from './progress';
import { Refusal } from './refusal';

/** It gives up soon, so that a person who tries a failure need not wait for it. */
const RETRY = { max_attempts: 3, initial_interval: 1, max_interval: 2 };

export function ReceiverStep({ subscription }: { readonly subscription: ListedSubscriptionAnswer | null }) {
  if (subscription === null) return <ReceiverForm />;
  const { target_url: url, event_types: types } = subscription;
  return (
    <p className="flex min-w-0 flex-wrap items-baseline gap-x-1.5 text-muted-foreground">
      <Copyable text={url} what="target URL" className="text-foreground" /> gets <code>{types.join(', ')}</code>
    </p>
  );
}

function ReceiverForm() {
  const { has_echo: hasEcho } = useStore(serverConfig);
  const queryClient = useQueryClient();
  const [url, setUrl] = useState(hasEcho ? `${window.location.origin}/echo/${ECHO_BIN}` : '');
  const [type, setType] = useState(SAMPLE_TYPE);
  const [error, setError] = useState<unknown>(null);
  const [isAsking, setIsAsking] = useState(false);
  const create = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setIsAsking(true);
    setError(null);
    try {
      const body = { target_url: url.trim(), event_types: [type.trim()], description: 'First receiver', retry: RETRY };
      const { id } = await answerOf(createSubscription({ body }));
      noteProgress({ subscriptionId: id });
      await queryClient.invalidateQueries({ queryKey: KEYS.subscriptions });
    } catch (refusal) {
      setError(refusal);
    }
    setIsAsking(false);
  };
  const faults = faultsOf(error);
  const typeFault = Object.entries(faults).find(([pointer]) => pointer.startsWith('/event_type'))?.[1];
  return (
    <form onSubmit={(event) => void create(event)} className="flex max-w-2xl flex-col gap-4">
      <WhatReceiversAre hasEcho={hasEcho} />
      <div className="grid gap-4 md:grid-cols-[minmax(0,1fr)_192px]">
        <Field label="Target URL" fault={faults['/target_url']}>
          {(control) => (
            <Input
              {...control}
              required
              type="url"
              value={url}
              placeholder="https://example.com/webhooks"
              onChange={({ target }) => setUrl(target.value)}
              className="font-mono"
            />
          )}
        </Field>
        <Field label="Event type" fault={typeFault}>
          {(control) => (
            <Input
              {...control}
              required
              value={type}
              onChange={({ target }) => setType(target.value)}
              className="font-mono"
            />
          )}
        </Field>
      </div>
      <Refusal error={error} hasPlaces={Object.keys(faults).length > 0} />
      <Button type="submit" variant="primary" disabled={isAsking} className="self-start">
        Create the subscription
      </Button>
    </form>
  );
}

function WhatReceiversAre({ hasEcho }: { readonly hasEcho: boolean }) {
  return (
    <p className="text-muted-foreground">
      A receiver is a URL that takes your events by POST.{' '}
      {hasEcho && 'This one is built in: it takes everything and shows what arrived.'}
    </p>
  );
}
