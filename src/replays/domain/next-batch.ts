import type { ReplayMatch, ReplayReceiver } from '../../delivery/index.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import type { Hold } from './replay.js';

/** What stands in the way of a replay to one subscription. `deleted` ends it; the others hold it. */
type Obstacle = Hold | 'deleted';

/** @param receiver absent if retention has removed it */
export function obstacleOf(receiver: Pick<ReplayReceiver, 'state' | 'hasParked'> | undefined): Obstacle | null {
  if (receiver === undefined || receiver.state === 'deleted') return 'deleted';
  if (receiver.state === 'paused' || receiver.state === 'disabled') return receiver.state;
  return receiver.hasParked ? 'backlog' : null;
}

/** Which of the next matches are sent now. */
interface Batch {
  readonly send: readonly ReplayMatch[];
  /** Subscriptions whose matches are never sent, as they are deleted or disabled. One entry for each match. */
  readonly skipped: readonly Uuid[];
  /** The first match that is left for later; null if none is. */
  readonly restFrom: Uuid | null;
  readonly hold: Hold | null;
}

/**
 * Chooses from the matches of a replay that may have several subscriptions. What is busy holds it up, because matches
 * are sent in order, but only as long as it waits. To a paused subscription it sends: that holds its deliveries.
 *
 * @param isWaiting whether it waits for subscriptions that are busy
 */
export function nextBatch(
  matches: readonly ReplayMatch[],
  receivers: ReadonlyMap<Uuid, Pick<ReplayReceiver, 'state' | 'hasParked'>>,
  isWaiting: boolean,
): Batch {
  const send: ReplayMatch[] = [];
  const skipped: Uuid[] = [];
  let hold: Hold | null = null;
  for (const match of matches) {
    const obstacle = obstacleOf(receivers.get(match.subscriptionId));
    if (obstacle === 'deleted' || obstacle === 'disabled') {
      skipped.push(match.subscriptionId);
      continue;
    }
    if (obstacle === 'backlog') {
      hold = 'backlog';
      if (isWaiting) return { send, skipped, restFrom: match.id, hold };
    }
    send.push(match);
  }
  return { send, skipped, restFrom: null, hold };
}
