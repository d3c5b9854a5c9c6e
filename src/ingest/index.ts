export { IngestModule } from './ingest.module.js';
export { type Addressing, ADDRESSINGS } from './domain/addressing.js';
export { EventNotFound } from './ingest.errors.js';
export { EventHistory } from './event-history.js';
export type { EventSummary, Payload } from './event-history.repository.js';
export { acceptedByHour, acceptedRows, newestAcceptedId } from './statements/accepted.js';
