import { statement } from '../../../shared/database/statement.js';
import { perPartition } from './per-partition.js';

export const readEvents = perPartition((partition) =>
  statement({
    name: `read_events_${partition}`,
    servedBy: ['events_pkey'],
    isOfOneDay: true,
    parameters: { ids: 'uuid[]' },
    text: (p) => `select id, event_type, content_type, payload, tags from ${partition} where id = any(${p.ids})`,
  }),
);
