import type { LIMITS } from '../../../src/shared/limits.js';

export type LimitName = keyof typeof LIMITS;

/** The limits in the table of `requests.spec.ts`. */
export const OF_REQUESTS = [
  'headerBytes',
  'jsonBytes',
  'jsonDepth',
  'idempotencyKeyLength',
  'contentTypeLength',
  'tags',
  'tagLength',
  'pageItems',
  'cursorLength',
  'idLength',
  'timeLength',
  'hostLength',
  'searchLength',
  'ledgerDays',
  'verifiedLedgerDays',
  'statsPoints',
  'replayedIds',
  'minReplayRate',
  'replayRate',
] as const satisfies readonly LimitName[];

/** The limits in the table of `subscriptions.spec.ts`. */
export const OF_SUBSCRIPTIONS = [
  'eventTypeLength',
  'eventTypes',
  'urlLength',
  'secretMinLength',
  'secretMaxLength',
  'liveSecrets',
  'overlapSeconds',
  'descriptionLength',
  'ownHeaders',
  'headerNameLength',
  'headerValueLength',
  'metadataBytes',
  'metadataKeys',
  'attempts',
  'minIntervalSeconds',
  'initialIntervalSeconds',
  'maxIntervalSeconds',
  'minTimeoutSeconds',
  'timeoutSeconds',
  'inFlight',
] as const satisfies readonly LimitName[];

/** The limits in the table of `tenants-and-keys.spec.ts`. */
export const OF_TENANTS = [
  'tenantIdLength',
  'nameLength',
  'eventsPerSecond',
  'subscriptions',
  'frameAncestors',
  'portalSessionSeconds',
  'actorLength',
] as const satisfies readonly LimitName[];

/** Limits without a row in a table, and why. */
export const ELSEWHERE = {
  headers: 'requests.spec.ts: no client library sends so many',
  headersSeconds: 'server-options.spec.ts and slow-clients.spec.ts: it takes time',
  faults: 'requests.spec.ts: it bounds an answer',
  requestIdLength: 'requests.spec.ts: a longer one is replaced, not refused',
  eventDeliveries: 'requests.spec.ts: it bounds an answer',
  countedDeliveries: 'status.service.spec.ts: a thousand deliveries of an event',
  deliveriesPerEvent: 'ingest.service.spec.ts: a hundred thousand subscriptions',
  unsentReplays: 'replays.spec.ts: it takes replays that wait',
  failureEventsPerMinute: 'announcements.spec.ts: it bounds what the service publishes',
  keys: 'keys.service.spec.ts: a thousand keys',
  keyLifeSeconds: 'keys.service.spec.ts: it takes a stopped clock',
  sessionsOfKey: 'sessions.spec.ts: each takes a sign-in',
  wrongCredentials: 'wrong-credentials.spec.ts: it takes a stopped clock',
  portalSessions: 'portal.spec.ts: a thousand sessions',
  portalSubscriptions: 'portal-rules.spec.ts: a hundred subscriptions',
  viewersOfTenant: 'live-view.spec.ts: they stay connected',
  viewers: 'live-viewers.spec.ts: they stay connected',
  viewerMessagesPerSecond: 'live-view-faults.spec.ts: it bounds an answer',
} as const satisfies Partial<Record<LimitName, string>>;
