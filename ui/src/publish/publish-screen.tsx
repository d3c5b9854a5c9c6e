import './publish.css';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useMay } from '../api/access';
import { useStore } from '../lib/store';
import { Screen } from '../shell/screen';
import { AsCode } from './as-code';
import { WhoWouldGetIt } from './audience';
import { beginDraft, draft as drafts } from './draft';
import { PublishForm } from './publish-form';
import { Published } from './published';
import type { Sent } from './send';

export default function PublishScreen() {
  const search = useSearch({ from: '/publish' });
  // Another event to repeat begins another draft.
  return (
    <Screen title="Publish">
      <div className="h-full overflow-y-auto">
        <Publishing key={search.like ?? ''} />
      </div>
    </Screen>
  );
}

function Publishing() {
  const search = useSearch({ from: '/publish' });
  const navigate = useNavigate();
  useState(() => beginDraft(search));
  const draft = useStore(drafts);
  const [sent, setSent] = useState<Sent | null>(null);
  const maySee = useMay('subscriptions:read');
  const { eventType, tags, to, like } = draft;
  useEffect(() => {
    const shown = { event_type: eventType, tags, to, like: like ?? '' };
    void navigate({ to: '/publish', search: (before) => ({ ...before, ...given(shown) }), replace: true });
  }, [eventType, tags, to, like, navigate]);
  const show = (next: Sent): void => {
    setSent(next);
    void navigate({ to: '/publish', search: (before) => ({ ...before, sent: next.eventId }), replace: true });
  };
  return (
    <div className="publish-layout">
      <PublishForm draft={draft} onSent={show} />
      <div className="flex min-w-0 flex-col gap-8">
        {search.sent !== undefined && (
          <Published key={search.sent} eventId={search.sent} sent={sent?.eventId === search.sent ? sent : null} />
        )}
        {maySee && <WhoWouldGetIt eventType={eventType} to={to} />}
        <AsCode draft={draft} />
      </div>
    </div>
  );
}

/** What is empty is left out of the URL. */
function given<N extends string>(fields: Readonly<Record<N, string>>): Partial<Record<N, string | undefined>> {
  return Object.fromEntries(
    Object.entries<string>(fields).map(([name, value]) => [name, value === '' ? undefined : value]),
  ) as Partial<Record<N, string | undefined>>;
}
