import { Injectable } from '@nestjs/common';
import { Announcements } from '../../announcements/index.js';
import {
  type OpenedDelivery,
  ReplayedDeliveries,
  type ReplayMatch,
  type ReplayReceiver,
} from '../../delivery/index.js';
import { type Tx, Transactions } from '../../shared/database/transaction.js';
import { toPublicId } from '../../shared/ids/public-id.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import { afterStep, type Sending } from '../domain/after-step.js';
import { nextBatch, obstacleOf } from '../domain/next-batch.js';
import { batchSize, PATIENCE_MS, windowOf } from '../domain/pace.js';
import { hasEnded, type Hold, type Replay } from '../domain/replay.js';
import { announcementOf } from '../replay-announcement.js';
import { searchOf } from '../replay-filter.js';
import { ReplayRepository } from '../replay.repository.js';
import type { ReplayKey } from './due-replay.repository.js';

/** Deliveries whose outcomes one step looks for. */
const SETTLED_AT_ONCE = 1000;

/** The next matches, and how many are gone by now. */
interface Found {
  readonly matches: readonly ReplayMatch[];
  readonly next: Uuid | null;
  readonly gone: number;
}

/**
 * One step of a replay, which is one transaction: it counts outcomes that have become known, opens the next few
 * deliveries, and keeps how far it is. So whatever is killed, nothing is sent twice and nothing is left out.
 */
@Injectable()
export class ReplayStep {
  constructor(
    private readonly transactions: Transactions,
    private readonly repository: ReplayRepository,
    private readonly replayed: ReplayedDeliveries,
    private readonly announcements: Announcements,
  ) {}

  /** @returns how many deliveries were opened; null if another worker makes a step for the tenant, or it is not due */
  async run({ id, tenantId }: ReplayKey): Promise<number | null> {
    const opened = await this.transactions.run(tenantId, (tx) => this.step(tx, tenantId, id));
    if (opened === null) return null;
    this.replayed.opened(tenantId, opened);
    return opened.length;
  }

  private async step(tx: Tx, tenantId: string, id: Uuid): Promise<readonly OpenedDelivery[] | null> {
    if (!(await this.repository.takeTurn(tx, tenantId))) return null;
    const taken = await this.repository.take(tx, tenantId, id);
    if (taken === null) return null;
    const { replay, now } = taken;
    const place = { replayId: id, after: replay.settledUntil, limit: SETTLED_AT_ONCE };
    const settled = await this.replayed.settle(tx, tenantId, place);
    const isTime = replay.state === 'running' && replay.allSentAt === null && replay.sendAt <= now;
    const { sending, opened } = isTime ? await this.send(tx, replay, now) : NOTHING;
    const isSending = !hasEnded(replay) && replay.allSentAt === null && !hasSentAll(sending);
    const hasUnsettled = isSending || (await this.replayed.hasUnsettled(tx, tenantId, id));
    const after = afterStep(replay, { now, settled, sending, hasUnsettled });
    await this.repository.save(tx, after.replay, after.dueAt);
    const announcement = hasEnded(replay) ? null : announcementOf(after.replay);
    if (announcement !== null) await this.announcements.announce(tx, announcement);
    return opened;
  }

  private async send(
    tx: Tx,
    replay: Replay,
    now: Date,
  ): Promise<{ readonly sending: Sending; readonly opened: readonly OpenedDelivery[] }> {
    const { id, tenantId, subscriptionId, heldSince } = replay;
    const only = subscriptionId === null ? [] : [subscriptionId];
    const before = standBack(replay, await this.replayed.receivers(tx, tenantId, only));
    if (before !== null) return { sending: before, opened: [] };
    const isWaiting = subscriptionId !== null || now.getTime() - (heldSince ?? now).getTime() < PATIENCE_MS;
    const window = windowOf(replay.rate);
    if (isWaiting && (await this.replayed.isBehind(tx, tenantId, id, window))) {
      return { sending: held(replay, 'behind'), opened: [] };
    }
    const { matches, next, gone: lost } = await this.nextMatches(tx, replay);
    const subscriptions = matches.map((match) => match.subscriptionId);
    const receivers = await this.replayed.receivers(tx, tenantId, [...only, ...subscriptions]);
    // During the search, its only subscription may have been disabled. Then its matches wait, and are not skipped.
    const since = standBack(replay, receivers);
    if (since !== null) return { sending: since, opened: [] };
    const batch = nextBatch(matches, receivers, isWaiting);
    const opened = await this.replayed.open(tx, tenantId, id, batch.send);
    const sending: Sending = {
      opened: opened.length,
      skipped: batch.skipped.length + (batch.send.length - opened.length) + lost,
      position: batch.restFrom ?? next ?? replay.position,
      isExhausted: batch.restFrom === null && next === null,
      hold: batch.hold,
      problem: problemOf(batch.skipped),
      cannotGoOn: false,
    };
    return { sending, opened };
  }

  private async nextMatches(tx: Tx, replay: Replay): Promise<Found> {
    const { tenantId, position, deliveryIds } = replay;
    const limit = batchSize(replay.rate);
    if (deliveryIds === null) {
      return { ...(await this.replayed.next(tx, tenantId, searchOf(replay), { position, limit })), gone: 0 };
    }
    const rest = position === null ? deliveryIds : deliveryIds.filter((id) => id >= position);
    const ids = rest.slice(0, limit);
    const matches = await this.replayed.find(tx, tenantId, ids);
    return { matches, next: rest[limit] ?? null, gone: ids.length - matches.length };
  }
}

const NOTHING = { sending: null, opened: [] };

function hasSentAll(sending: Sending | null): boolean {
  return sending !== null && (sending.isExhausted || sending.cannotGoOn);
}

function problemOf([example, ...others]: readonly Uuid[]): string | null {
  if (example === undefined) return null;
  const isOne = others.every((other) => other === example);
  return `some were skipped, because ${toPublicId('sub', example)} ${isOne ? 'is' : 'and others are'} deleted or disabled`;
}

/** What a replay to one subscription does instead of sending; null if nothing stands in its way. */
function standBack(replay: Replay, receivers: ReadonlyMap<Uuid, ReplayReceiver>): Sending | null {
  const { subscriptionId } = replay;
  if (subscriptionId === null) return null;
  const obstacle = obstacleOf(receivers.get(subscriptionId));
  if (obstacle === 'deleted') return gone(replay, subscriptionId);
  return obstacle === null ? null : held(replay, obstacle);
}

function held({ position }: Replay, hold: Hold): Sending {
  const nothing = { opened: 0, skipped: 0, isExhausted: false, problem: null, cannotGoOn: false };
  return { ...nothing, position, hold };
}

function gone({ position }: Replay, subscriptionId: Uuid): Sending {
  const problem = `the subscription ${toPublicId('sub', subscriptionId)} has been deleted`;
  return { opened: 0, skipped: 0, position, isExhausted: false, hold: null, problem, cannotGoOn: true };
}
