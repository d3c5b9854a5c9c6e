import { sentence } from '../../shared/domain/in-words.js';
import { type Hold, type Replay } from './replay.js';

type Told = Pick<
  Replay,
  | 'state'
  | 'matched'
  | 'sent'
  | 'skipped'
  | 'delivered'
  | 'failed'
  | 'cancelled'
  | 'rate'
  | 'heldBy'
  | 'lastError'
  | 'allSentAt'
>;

const HELD: Record<Hold, string> = {
  paused: 'it waits because the subscription is paused; set its state to "active", or cancel the replay',
  disabled: 'it waits because the subscription is disabled; set its state to "active", or cancel the replay',
  backlog: 'it waits because other deliveries wait for the receiver, and goes on after them',
  behind: 'it waits until what it has sent is attempted',
};

/** One sentence for people: how far a replay is, and what to do. */
export function replaySummary(replay: Told): string {
  return sentence(clauseOf(replay));
}

function clauseOf(replay: Told): string {
  const { state, matched, sent, skipped, rate, heldBy, lastError, allSentAt } = replay;
  const looked = `${number(sent + skipped)} of ${number(matched)}`;
  const sentSo = skipped === 0 ? `${looked} are sent` : `${looked} are done, of which ${were(skipped)} skipped`;
  switch (state) {
    case 'running':
      if (allSentAt !== null) return `everything is sent, and ${unfinished(replay)}`;
      if (heldBy !== null) return `${sentSo}; ${HELD[heldBy]}`;
      return `${sentSo}, at up to ${number(rate)} a second`;
    case 'paused':
      return `it is paused: ${sentSo}; set its state to "running" to go on`;
    case 'finished':
      if (matched === 0) return 'nothing matched, so nothing was sent';
      return `${were(sent)} sent: ${outcomes(replay)}${skipped === 0 ? '' : `; ${were(skipped)} skipped`}`;
    case 'cancelled':
      return `a client cancelled it: ${sentSo}, and what was sent stays sent`;
    case 'failed':
      return `it could not go on: ${sentSo}; ${lastError ?? 'the log of the service says why'}`;
  }
}

function unfinished({ sent, delivered, failed, cancelled }: Told): string {
  const open = sent - delivered - failed - cancelled;
  if (open === 0) return 'its counts are being completed';
  return open === 1 ? 'one delivery is not finished' : `${number(open)} deliveries are not finished`;
}

function outcomes({ delivered, failed, cancelled }: Told): string {
  const parts = [`${number(delivered)} delivered`, `${number(failed)} failed`];
  return [...parts, ...(cancelled === 0 ? [] : [`${number(cancelled)} cancelled`])].join(', ');
}

function were(count: number): string {
  return count === 1 ? 'one was' : `${number(count)} were`;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
