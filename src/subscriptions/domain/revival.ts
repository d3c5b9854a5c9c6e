import { atTime, inWords, sentence } from '../../shared/domain/in-words.js';
import { whyDisabled } from './subscription-state.js';

/** Deliveries that wait for a subscription. */
export interface Held {
  readonly count: number;
  /** Whether there are more. */
  readonly hasMore: boolean;
}

/** A subscription that a client has just revived. Times are in milliseconds since the Unix epoch. */
export interface Revived {
  readonly disabledReason: string | null;
  readonly disabledAtMs: number;
  readonly held: Held;
  /** Whether it is active now; otherwise it is paused. */
  readonly isActive: boolean;
}

/** Says what was held and what was missed while a subscription was disabled. */
export function revivalSummary(revived: Revived, nowMs: number): string {
  const { disabledAtMs, disabledReason } = revived;
  return [
    sentence(`it was disabled ${atTime(disabledAtMs, nowMs)} because ${whyDisabled(disabledReason)}`),
    sentence(heldClause(revived)),
    sentence('events that were published meanwhile did not reach it; POST /replays with the body in replay sends them'),
  ].join(' ');
}

function heldClause({ held: { count, hasMore }, isActive }: Revived): string {
  if (count === 0) return 'nothing was held';
  const deliveries =
    count === 1 ? 'one delivery was' : `${hasMore ? 'at least ' : ''}${inWords(count)} deliveries were`;
  const are = count === 1 ? 'is' : 'are';
  if (!isActive) return `${deliveries} held and ${are} held until it is active`;
  return count === 1
    ? `${deliveries} held and is sent now`
    : `${deliveries} held and are sent now, at first one at a time`;
}
