import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { EventAnswer } from '../../api/generated';
import { payloadQuery } from '../../api/queries';
import { Failed, Skeleton } from '../../components/states';
import { PayloadView } from '../payload/payload-view';

/** The payload of an event, read only when somebody wants to see it. */
export function EventPayload({ event: { id, content_type: contentType } }: { readonly event: EventAnswer }) {
  const { view = 'tree' } = useSearch({ from: '/events/$eventId' });
  const navigate = useNavigate();
  const { data: payload, error, refetch } = useQuery(payloadQuery(id));
  if (error !== null) return <Failed error={error} onRetry={() => void refetch()} />;
  if (payload === undefined) return <Skeleton lines={6} />;
  return (
    <PayloadView
      payload={payload}
      name={/json/i.test(contentType) ? `${id}.json` : id}
      view={view}
      onView={(next) => {
        const shown = next === 'raw' ? next : undefined;
        void navigate({ to: '.', search: (search) => ({ ...search, view: shown }), replace: true });
      }}
    />
  );
}
