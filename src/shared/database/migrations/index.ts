import { InitialSchema1700000000000 } from './1700000000000-initial-schema.js';
import { CountDeliveriesOfEvents1700000000001 } from './1700000000001-count-deliveries-of-events.js';

/** Every migration, oldest first. A released one is never changed. */
export const MIGRATIONS = [InitialSchema1700000000000, CountDeliveriesOfEvents1700000000001];
