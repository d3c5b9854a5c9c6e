import type { Announcement } from '../announcements/index.js';
import { toPublicId } from '../shared/ids/public-id.js';
import type { Replay } from './domain/replay.js';

const OUTCOMES = { finished: 'completed', cancelled: 'cancelled', failed: 'failed' } as const;

/** What subscribers of `webhooks.replay.finished` are told. @returns null for a replay that has not ended */
export function announcementOf(replay: Replay): Announcement | null {
  const { id, tenantId, state, matched, sent, skipped, delivered, failed, cancelled, createdAt, finishedAt } = replay;
  if (state === 'running' || state === 'paused' || finishedAt === null) return null;
  return {
    tenantId,
    type: 'webhooks.replay.finished',
    data: {
      replayId: toPublicId('rpl', id),
      outcome: OUTCOMES[state],
      ...{ matched, sent, skipped, delivered, failed, cancelled },
      startedAtMs: createdAt.getTime(),
      finishedAtMs: finishedAt.getTime(),
    },
  };
}
