/**
 * Every limit on what a client may send or ask for. docs/limits.md explains each one. Payload sizes and the number of
 * concurrent requests are settings.
 */
export const LIMITS = {
  /** Bytes of the path with its query plus the names and values of all headers. */
  headerBytes: 16_384,
  headers: 200,
  /** Seconds until all headers must have arrived. The setting REQUEST_TIMEOUT limits the whole request. */
  headersSeconds: 10,
  /** Bytes and nesting depth of a JSON body that is not a payload. */
  jsonBytes: 65_536,
  jsonDepth: 16,
  /** Faults that one error response lists. */
  faults: 100,
  requestIdLength: 128,
  idempotencyKeyLength: 255,
  contentTypeLength: 255,
  tags: 8,
  tagLength: 64,

  pageItems: 200,
  cursorLength: 96,
  idLength: 64,
  timeLength: 35,
  hostLength: 253,
  searchLength: 200,
  ledgerDays: 31,
  /** Days of a ledger that is compared with the history. */
  verifiedLedgerDays: 1,
  /** Points of an answer with statistics, of all groups together. */
  statsPoints: 3000,
  /** Deliveries listed in the status of an event. */
  eventDeliveries: 100,
  /** Deliveries of an event up to which answers say what became of them. */
  countedDeliveries: 1000,
  /** Subscriptions that one event can reach. */
  deliveriesPerEvent: 100_000,
  /** Events `webhooks.delivery.failed` that the service publishes for a tenant in a minute. */
  failureEventsPerMinute: 100,

  /** Deliveries that a replay may name one by one. */
  replayedIds: 1000,
  /** Deliveries per second of one replay. MAX_REPLAY_RATE may set a lower maximum. */
  minReplayRate: 0.01,
  replayRate: 10_000,
  /** Replays of one tenant that have not sent everything yet. */
  unsentReplays: 5,

  eventTypeLength: 128,
  eventTypes: 100,
  urlLength: 2048,
  secretMinLength: 8,
  secretMaxLength: 256,
  /** Secrets of one subscription that are valid at the same time. */
  liveSecrets: 5,
  overlapSeconds: 604_800,
  descriptionLength: 500,
  ownHeaders: 20,
  headerNameLength: 128,
  headerValueLength: 1024,
  /** Bytes of `metadata` as JSON. */
  metadataBytes: 4096,
  metadataKeys: 100,
  attempts: 100,
  minIntervalSeconds: 0.01,
  initialIntervalSeconds: 86_400,
  maxIntervalSeconds: 604_800,
  minTimeoutSeconds: 0.05,
  timeoutSeconds: 120,
  inFlight: 1000,

  tenantIdLength: 64,
  nameLength: 100,
  /** Unrevoked API keys of one tenant. Keys for all tenants have a limit of the same size. */
  keys: 1000,
  keyLifeSeconds: 315_360_000,
  eventsPerSecond: 1_000_000,
  subscriptions: 10_000_000,
  frameAncestors: 20,
  /** Sessions of one API key. A further one ends the one that was not used for longest. */
  sessionsOfKey: 50,
  /** Wrong keys and portal codes from one address in a row; one more every few seconds. */
  wrongCredentials: 20,
  /** Portal sessions of one tenant that are in use, or whose code can still be exchanged. */
  portalSessions: 1000,
  portalSessionSeconds: 86_400,
  portalSubscriptions: 100,
  actorLength: 200,

  /** Live views at one process: of one tenant, and in all. */
  viewersOfTenant: 10,
  viewers: 100,
  viewerMessagesPerSecond: 500,
} as const;
