import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { EventAnswer } from '../api/generated';
import { Age } from '../components/time';
import { shortId } from '../lib/ids';
import { bytesOf } from '../lib/numbers';
import { OutcomeWords } from './outcome-words';

interface EventColumn {
  readonly id: 'type' | 'id' | 'tags' | 'outcomes' | 'size' | 'age';
  readonly header: string;
  readonly isNumber?: boolean;
  readonly cell: (event: EventAnswer) => ReactNode;
}

export const EVENT_COLUMNS: readonly EventColumn[] = [
  {
    id: 'type',
    header: 'Event type',
    cell: ({ id, event_type: type }) => (
      <Link
        from="/events"
        to="/events/$eventId"
        params={{ eventId: id }}
        search={(search) => search}
        tabIndex={-1}
        className="truncate font-mono"
      >
        {type}
      </Link>
    ),
  },
  {
    id: 'id',
    header: 'Event',
    cell: ({ id }) => (
      <span className="truncate font-mono text-muted-foreground" data-hint={id}>
        {shortId(id)}
      </span>
    ),
  },
  {
    id: 'tags',
    header: 'Tags',
    cell: ({ tags }) => (
      <span className="truncate text-muted-foreground" data-hint={tags.length > 0 ? tags.join('\n') : undefined}>
        {tags.join(', ')}
      </span>
    ),
  },
  { id: 'outcomes', header: 'Deliveries', cell: (event) => <OutcomeWords event={event} /> },
  {
    id: 'size',
    header: 'Payload',
    isNumber: true,
    cell: ({ payload_bytes: bytes }) => <span className="text-muted-foreground">{bytesOf(bytes)}</span>,
  },
  {
    id: 'age',
    header: 'Age',
    isNumber: true,
    cell: ({ created_at: at }) => <Age at={at} className="text-muted-foreground" />,
  },
];
