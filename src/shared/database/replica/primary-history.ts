import { differenceOf, type Place } from './place.js';

/** How a server stands to the primary. */
export type Standing =
  /** It is complete up to `asOfMs`, by the clock of the primary, which is `lagMs` ago at most. */
  | { readonly kind: 'replica'; readonly asOfMs: number; readonly lagMs: number }
  /** It lacks something that the primary had when this process started, such as its migrations. */
  | { readonly kind: 'incomplete'; readonly lagMs: number | null }
  /** It is the primary itself. */
  | { readonly kind: 'primary' }
  /** It accepts writes by itself, so its data may have been different ever since. */
  | { readonly kind: 'promoted' }
  | { readonly kind: 'other database'; readonly difference: string };

/** The primary had written this much at this time, by its own clock. */
interface Sample {
  readonly position: bigint;
  readonly atMs: number;
}

/** When there are more, older ones are thinned out. */
const MAX_SAMPLES = 512;
/** Samples that are kept then are about this much older than the next one. */
const GROWTH_OF_AGE = 1.05;

/**
 * Remembers where the primary was and when, and so tells how old the data of a replica are. The time of the last
 * transaction that a replica has replayed does not tell it alone: while nobody writes, it grows without any lag.
 */
export class PrimaryHistory {
  /** Oldest first. The first one is from the start of this process, or of the present primary. */
  private samples: Sample[] = [];
  /** Set after the primary had less than before, until a server is seen that can be a replica of its successor. */
  private suspicion: { refusedAt: bigint | null } | undefined;
  private latest: { readonly place: Place; readonly askedAtMs: number } | undefined;

  /** @param askedAtMs when the primary was asked, on the monotonic clock of this process */
  add(place: Place, askedAtMs: number): void {
    const { position, atMs, isInRecovery } = place;
    // A demoted primary counts as away.
    if (isInRecovery || position === null) return;
    this.latest = { place, askedAtMs };
    const last = this.samples.at(-1);
    // A successor of the primary may have less than it had.
    if (last !== undefined && position < last.position) {
      this.samples = [];
      this.suspicion = { refusedAt: null };
    }
    if (last?.position === position) this.samples.pop();
    this.samples.push({ position, atMs });
    if (this.samples.length > MAX_SAMPLES) this.samples = thinnedOut(this.samples, atMs);
  }

  /**
   * Returns how a server stands that was at `place`. After a failover that lost something, remembers where it refused
   * a server, so that this one is not taken for fresh once the primary has written as much.
   *
   * @param nowMs on the monotonic clock of this process
   */
  standingOf(place: Place, nowMs: number): Standing {
    if (this.latest === undefined) return { kind: 'incomplete', lagMs: null };
    const { place: primary, askedAtMs } = this.latest;
    const difference = differenceOf(place.identity, primary.identity);
    if (difference !== null) return { kind: 'other database', difference };
    if (!place.isInRecovery) return { kind: place.startedAt === primary.startedAt ? 'primary' : 'promoted' };
    const primaryNowMs = primary.atMs + nowMs - askedAtMs;
    const { position, lastCommitAtMs } = place;
    const reached =
      position === null || this.isLeftBehind(position)
        ? undefined
        : this.samples.findLast((sample) => sample.position <= position);
    const lagBehind = (ms: number): number => Math.max(0, primaryNowMs - ms);
    if (reached === undefined) {
      return { kind: 'incomplete', lagMs: lastCommitAtMs === null ? null : lagBehind(lastCommitAtMs) };
    }
    const asOfMs = Math.max(reached.atMs, lastCommitAtMs ?? 0);
    return { kind: 'replica', asOfMs, lagMs: lagBehind(asOfMs) };
  }

  /**
   * Whether a replica may have what the successor of the primary never had, because it still follows the former one. It
   * has not if it is no further than the successor was at the last look, or goes on after the successor has come as
   * far. One that is left behind stands still.
   */
  private isLeftBehind(position: bigint): boolean {
    if (this.suspicion === undefined) return false;
    const { refusedAt } = this.suspicion;
    const newest = this.samples.at(-1)?.position ?? 0n;
    const isCaughtUp = position <= newest || (refusedAt !== null && refusedAt <= newest);
    if (position !== refusedAt && isCaughtUp) {
      this.suspicion = undefined;
      return false;
    }
    this.suspicion.refusedAt = position;
    return true;
  }
}

/** Always keeps the first one. Of ten days, about 250 are kept. */
function thinnedOut(samples: readonly Sample[], nowMs: number): Sample[] {
  let nextAgeMs = 0;
  const kept = samples.toReversed().filter(({ atMs }, index) => {
    const ageMs = nowMs - atMs;
    if (ageMs < nextAgeMs && index < samples.length - 1) return false;
    nextAgeMs = ageMs * GROWTH_OF_AGE;
    return true;
  });
  return kept.toReversed();
}
