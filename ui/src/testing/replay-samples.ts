import type { ReplayAnswer, ReplayPreviewAnswer } from '../api/generated';
import { deliveryId } from './samples';

const ID = '01k6zv1yqpe7rtqq6zjy2';

/** The id of the n-th replay. */
export function replayId(number: number): string {
  return `rpl_${ID}${String(number).padStart(5, '0')}`;
}

export function aReplay(given: Partial<ReplayAnswer> = {}): ReplayAnswer {
  return {
    id: replayId(1),
    kind: 'failed',
    filters: { event_type: 'order.*' },
    state: 'running',
    summary: '400 of 1,200 are sent, at up to 50 a second.',
    matched: 1200,
    sent: 400,
    skipped: 0,
    delivered: 390,
    failed: 4,
    cancelled: 0,
    progress: 0.3333,
    rate: 50,
    created_by: `key_${ID}k3m4n`,
    last_error: null,
    created_at: '2026-01-31T12:00:00.000Z',
    finished_at: null,
    ...given,
  };
}

export function aPreview(given: Partial<ReplayPreviewAnswer> = {}): ReplayPreviewAnswer {
  return {
    kind: 'failed',
    filters: {},
    matched: 2,
    rate: 100,
    least_seconds: 1,
    first: [1, 2].map((number) => ({
      delivery_id: deliveryId(number),
      event_id: `evt_${ID}0000${number}`,
      event_type: 'order.created',
      subscription_id: `sub_${ID}k3m4n`,
      status: 'failed',
      accepted_at: '2026-01-31T12:00:00.000Z',
    })),
    ...given,
  };
}
