import { InitialSchema1700000000000 } from './1700000000000-initial-schema.js';
import { CountDeliveriesOfEvents1700000000001 } from './1700000000001-count-deliveries-of-events.js';
import { Access1700000000002 } from './1700000000002-access.js';
import { AuditOldestFirst1700000000003 } from './1700000000003-audit-oldest-first.js';
import { HiddenHeaders1700000000004 } from './1700000000004-hidden-headers.js';
import { CHECKED_STATES } from './1700000000005-checked-states.js';
import { OWN_WEBHOOK_IDS } from './1700000000020-own-webhook-ids.js';
import { SEARCH } from './1700000000030-search.js';
import { DeliveryStats1700000000040 } from './1700000000040-delivery-stats.js';
import { RECORDED_TIMES } from './1700000000041-recorded-times.js';
import { RECORDED_OUTCOMES } from './1700000000050-recorded-outcomes.js';
import { Replays1700000000060 } from './1700000000060-replays.js';
import { SUBSCRIPTION_HEALTH } from './1700000000070-subscription-health.js';
import { Announcements1700000000080 } from './1700000000080-announcements.js';
import { SESSIONS } from './1700000000090-sessions.js';

/** All migrations, oldest first. A released migration is never changed. */
export const MIGRATIONS = [
  InitialSchema1700000000000,
  CountDeliveriesOfEvents1700000000001,
  Access1700000000002,
  AuditOldestFirst1700000000003,
  HiddenHeaders1700000000004,
  ...CHECKED_STATES,
  ...OWN_WEBHOOK_IDS,
  ...SEARCH,
  DeliveryStats1700000000040,
  ...RECORDED_TIMES,
  ...RECORDED_OUTCOMES,
  Replays1700000000060,
  ...SUBSCRIPTION_HEALTH,
  Announcements1700000000080,
  ...SESSIONS,
];
