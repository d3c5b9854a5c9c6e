import { Injectable } from '@nestjs/common';
import { AuditTrail, type Caller } from '../../access/index.js';
import { Announcements } from '../../announcements/index.js';
import { decodeCursor, type Page, toPage } from '../../shared/http/page.js';
import { parseIdParameter, toPublicId } from '../../shared/ids/public-id.js';
import { newUuid, type Uuid } from '../../shared/ids/uuid.js';
import { LIMITS } from '../../shared/limits.js';
import type { Tx } from '../../shared/database/transaction.js';
import { hasEnded, type Replay } from '../domain/replay.js';
import type { ReplayAnswer, ReplayPreviewAnswer } from '../dto/replay-answer.js';
import type { ReplayInput, ReplayPatch } from '../dto/replay-input.js';
import type { ReplayQuery } from '../dto/replay-query.js';
import { announcementOf } from '../replay-announcement.js';
import { ReplayEnded, ReplayNotFound, TooManyReplays } from '../replay.errors.js';
import { toPreviewAnswer, toReplayAnswer } from '../replay.mapping.js';
import { ReplayRepository } from '../replay.repository.js';
import { ReplayPlanner } from './replay-planner.js';

/** Makes, shows, changes and cancels replays for the API. Workers run them. */
@Injectable()
export class ReplaysService {
  constructor(
    private readonly planner: ReplayPlanner,
    private readonly repository: ReplayRepository,
    private readonly audit: AuditTrail,
    private readonly announcements: Announcements,
  ) {}

  /** Counts and shows what a replay would send. @throws as ReplayPlanner.plan */
  async preview(tenantId: string, input: ReplayInput): Promise<ReplayPreviewAnswer> {
    const plan = await this.planner.plan(tenantId, input);
    return toPreviewAnswer(plan, await this.planner.show(tenantId, plan));
  }

  /** Makes a replay, which a worker begins within a second. @throws as ReplayPlanner.plan; TooManyReplays */
  async create(caller: Caller, input: ReplayInput): Promise<ReplayAnswer> {
    const { tenantId } = caller;
    const { order } = await this.planner.plan(tenantId, input);
    const id = newUuid(order.createdAt.getTime());
    const replay = await this.audit.change(caller, async (tx, record) => {
      await this.repository.lockCreation(tx);
      if ((await this.repository.countUnsent(tx, tenantId)) >= LIMITS.unsentReplays) {
        throw new TooManyReplays(LIMITS.unsentReplays);
      }
      await record({ action: 'replay.created', target: toPublicId('rpl', id), changed: Object.keys(input) });
      return this.repository.insert(tx, tenantId, { ...order, id, keyId: caller.identity.keyId });
    });
    return toReplayAnswer(replay);
  }

  /** Lists replays, newest first. @throws MalformedCursor; MalformedId */
  async list(tenantId: string, query: ReplayQuery): Promise<Page<ReplayAnswer>> {
    const { limit, cursor, state, subscription_id: subscriptionId } = query;
    const replays = await this.repository.list(tenantId, {
      limit,
      after: cursor === undefined ? null : decodeCursor(cursor),
      state: state ?? null,
      subscriptionId: subscriptionId === undefined ? null : parseIdParameter('subscription_id', subscriptionId, 'sub'),
    });
    return toPage(replays, limit, toReplayAnswer);
  }

  /** @throws ReplayNotFound */
  async get(tenantId: string, id: Uuid): Promise<ReplayAnswer> {
    const replay = await this.repository.find(tenantId, id);
    if (replay === null) throw new ReplayNotFound(toPublicId('rpl', id));
    return toReplayAnswer(replay);
  }

  /** Pauses a replay, lets it go on, or changes its rate. @throws ReplayNotFound; ReplayEnded; InvalidInput */
  async patch(caller: Caller, id: Uuid, { state, rate }: ReplayPatch): Promise<ReplayAnswer> {
    const wanted = rate === undefined ? undefined : this.planner.rateOf(rate);
    const replay = await this.audit.change(caller, async (tx, record) => {
      const found = await this.lock(tx, caller.tenantId, id);
      if (hasEnded(found)) throw new ReplayEnded(toPublicId('rpl', id), found.state);
      const changed = [...(state === undefined ? [] : ['state']), ...(wanted === undefined ? [] : ['rate'])];
      if (changed.length === 0) return found;
      await record({ action: 'replay.changed', target: toPublicId('rpl', id), changed });
      return this.repository.change(tx, found, { state: state ?? found.state, rate: wanted ?? found.rate });
    });
    return toReplayAnswer(replay);
  }

  /**
   * Ends a replay. What it has sent stays sent, and is still counted. Does nothing to one that is cancelled already.
   *
   * @throws ReplayNotFound; ReplayEnded
   */
  async cancel(caller: Caller, id: Uuid): Promise<ReplayAnswer> {
    const replay = await this.audit.change(caller, async (tx, record) => {
      const found = await this.lock(tx, caller.tenantId, id);
      if (found.state === 'cancelled') return found;
      if (hasEnded(found)) throw new ReplayEnded(toPublicId('rpl', id), found.state);
      await record({ action: 'replay.cancelled', target: toPublicId('rpl', id) });
      const cancelled = await this.repository.change(tx, found, { state: 'cancelled', rate: found.rate });
      const announcement = announcementOf(cancelled);
      if (announcement !== null) await this.announcements.announce(tx, announcement);
      return cancelled;
    });
    return toReplayAnswer(replay);
  }

  private async lock(tx: Tx, tenantId: string, id: Uuid): Promise<Replay> {
    const found = await this.repository.lock(tx, tenantId, id);
    if (found === null) throw new ReplayNotFound(toPublicId('rpl', id));
    return found;
  }
}
