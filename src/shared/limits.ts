/**
 * Every bound on what a client may send or ask for; docs/limits.md tells what each means. The sizes of payloads and the
 * numbers of requests at once are settings.
 */
export const LIMITS = {
  /** The path with its query, and the names and values of all headers, together in bytes. */
  headerBytes: 16_384,
  headers: 200,
  /**
   * A client that takes longer for its headers is cut off. For a whole request there is the setting REQUEST_TIMEOUT.
   */
  headersSeconds: 10,
  /** A JSON body that is no payload: bytes, and nesting. */
  jsonBytes: 65_536,
  jsonDepth: 16,
  /** Faults of one request that its answer names. */
  faults: 100,
  requestIdLength: 128,
  idempotencyKeyLength: 255,
  contentTypeLength: 255,

  pageItems: 200,
  cursorLength: 96,
  idLength: 64,
  timeLength: 35,
  ledgerDays: 31,
  /** Deliveries that the status of an event shows. */
  eventDeliveries: 100,
  /** Subscriptions that one event reaches. */
  deliveriesPerEvent: 100_000,

  eventTypeLength: 128,
  eventTypes: 100,
  urlLength: 2048,
  secretMinLength: 8,
  secretMaxLength: 256,
  /** Secrets of one subscription that sign at the same time. */
  liveSecrets: 5,
  overlapSeconds: 604_800,
  descriptionLength: 500,
  ownHeaders: 20,
  headerNameLength: 128,
  headerValueLength: 1024,
  /** `metadata` as JSON, in bytes. */
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
  /** API keys of one tenant, or of all tenants together, that are not revoked. */
  keys: 1000,
  keyLifeSeconds: 315_360_000,
  eventsPerSecond: 1_000_000,
  subscriptions: 10_000_000,
} as const;
