/**
 * How long the service has watched its receivers, in seconds. Only this time counts towards disabling a subscription:
 * it stands still while the service is down, while its network is in doubt, and while the clock is wrong.
 */
export interface Watch {
  readonly seconds: number;
  /** When it was last advanced, in milliseconds since the Unix epoch; null before the first time. */
  readonly atMs: number | null;
  /** For how long no receiver at all has answered, although attempts were made; null if there is no doubt. */
  readonly doubtSeconds: number | null;
}

/** What the attempts of all subscriptions say about the network of this service. */
export interface NetworkSigns {
  /** Attempts to which any receiver answered, with whatever status. */
  readonly answered: number;
  /** Attempts to which no receiver answered. */
  readonly unanswered: number;
}

/** A longer gap is not watched time: no process was reviewing, or the clock has jumped. */
const MAX_GAP_SECONDS = 300;
/** The clocks of two databases, before and after a failover, may differ by as much. */
const TOLERATED_MS = 5000;

/**
 * Advances the watch to now.
 *
 * @param graceSeconds how long nobody may answer before the network of this service is in doubt
 */
export function watchAt(watch: Watch, nowMs: number, signs: NetworkSigns, graceSeconds: number): Watch {
  const elapsed = watch.atMs === null ? 0 : (nowMs - watch.atMs) / 1000;
  const passed = elapsed > 0 && elapsed <= MAX_GAP_SECONDS ? elapsed : 0;
  const doubtSeconds = doubtAfter(watch, passed, signs);
  const isWatched = doubtSeconds === null || doubtSeconds <= graceSeconds;
  return { seconds: watch.seconds + (isWatched ? passed : 0), atMs: nowMs, doubtSeconds };
}

/** Whether the clock has gone back by more than a little, so that later times may lie before earlier ones. */
export function hasGoneBack({ atMs }: Watch, nowMs: number): boolean {
  return atMs !== null && nowMs < atMs - TOLERATED_MS;
}

/** Doubt begins with an attempt that nobody answers, and ends with any answer of any receiver. */
function doubtAfter({ doubtSeconds }: Watch, passed: number, { answered, unanswered }: NetworkSigns): number | null {
  if (answered > 0) return null;
  if (doubtSeconds !== null) return doubtSeconds + passed;
  return unanswered > 0 ? 0 : null;
}
