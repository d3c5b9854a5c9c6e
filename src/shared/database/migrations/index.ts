import { InitialSchema1700000000000 } from './1700000000000-initial-schema.js';

/** Every migration, oldest first. A released one is never changed. */
export const MIGRATIONS = [InitialSchema1700000000000];
