import type { ShownMatch } from '../delivery/index.js';
import { sentence } from '../shared/domain/in-words.js';
import { parsePublicId, toPublicId } from '../shared/ids/public-id.js';
import { uuidTimeMs } from '../shared/ids/uuid.js';
import type { Replay } from './domain/replay.js';
import { replaySummary } from './domain/replay-summary.js';
import type { ReplayAnswer, ReplayMatchAnswer, ReplayPreviewAnswer } from './dto/replay-answer.js';
import type { ReplayPlan } from './answers/replay-planner.js';

export function toReplayAnswer(replay: Replay): ReplayAnswer {
  const { id, kind, filters, state, matched, sent, skipped, delivered, failed, cancelled, rate } = replay;
  return {
    id: toPublicId('rpl', id),
    kind,
    filters,
    state,
    summary: replaySummary(replay),
    ...{ matched, sent, skipped, delivered, failed, cancelled },
    progress: progressOf(replay),
    rate,
    created_by: replay.keyId === null ? null : toPublicId('key', replay.keyId),
    last_error: replay.lastError === null ? null : sentence(replay.lastError),
    created_at: replay.createdAt.toISOString(),
    finished_at: replay.finishedAt?.toISOString() ?? null,
  };
}

/** 1 only when everything is sent. */
function progressOf({ matched, sent, skipped, allSentAt }: Replay): number {
  if (allSentAt !== null) return 1;
  if (matched === 0) return 0;
  return Math.min(Math.floor(((sent + skipped) / matched) * 10_000) / 10_000, 0.9999);
}

export function toPreviewAnswer(plan: ReplayPlan, first: readonly ShownMatch[]): ReplayPreviewAnswer {
  const { kind, filters, matched, rate } = plan.order;
  return { kind, filters, matched, rate, least_seconds: Math.ceil(matched / rate), first: first.map(toMatchAnswer) };
}

function toMatchAnswer(match: ShownMatch): ReplayMatchAnswer {
  return {
    delivery_id: match.deliveryId,
    event_id: match.eventId,
    event_type: match.eventType,
    subscription_id: match.subscriptionId,
    status: match.status,
    accepted_at: new Date(uuidTimeMs(parsePublicId(match.eventId, 'evt').uuid)).toISOString(),
  };
}
