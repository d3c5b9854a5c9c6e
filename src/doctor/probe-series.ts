import type { Probe, ProbeLine } from '../delivery/index.js';
import { publicIdsOf, toPublicId } from '../shared/ids/public-id.js';
import { deliveryUuid, newEventUuid, type Uuid } from '../shared/ids/uuid.js';
import type { Clock } from '../shared/time/clock.js';
import { goesOn, OLD_SECONDS, type Purpose, type Sent, SERIES } from './domain/series.js';

const EVENT_TYPE = 'webhook.test';

interface SeriesTerms {
  readonly subscriptionId: Uuid;
  /** For each request. */
  readonly timeoutMs: number;
  /** For all of them. No request begins afterwards, and the last one is cut short. */
  readonly budgetMs: number;
}

/**
 * Sends the requests of a check, one after another.
 *
 * @throws what `ProbeLine.send` throws
 */
export async function sendSeries(
  line: Pick<ProbeLine, 'send'>,
  clock: Clock,
  { subscriptionId, timeoutMs, budgetMs }: SeriesTerms,
): Promise<Sent[]> {
  const endsAtMs = clock.monotonicMs() + budgetMs;
  const sent: Sent[] = [];
  let firstId: Uuid | undefined;
  for (const purpose of SERIES) {
    const leftMs = Math.floor(endsAtMs - clock.monotonicMs());
    if (!goesOn(sent) || leftMs <= 0) break;
    const sentAtMs = clock.nowMs();
    const eventId: Uuid = purpose === 'repeat' && firstId !== undefined ? firstId : newEventUuid(sentAtMs);
    firstId ??= eventId;
    const probe = probeFor(purpose, eventId, { sentAtMs, subscription: toPublicId('sub', subscriptionId) });
    const answer = await line.send(probe, Math.min(timeoutMs, leftMs));
    sent.push({ purpose, webhookId: probe.webhookId, sentAtMs, answer });
  }
  return sent;
}

function probeFor(
  purpose: Purpose,
  eventId: Uuid,
  { sentAtMs, subscription }: { readonly sentAtMs: number; readonly subscription: string },
): Probe {
  const ids = publicIdsOf(deliveryUuid(eventId, 1));
  const nowSeconds = Math.floor(sentAtMs / 1000);
  const event = {
    type: EVENT_TYPE,
    timestamp: new Date(sentAtMs).toISOString(),
    data: { subscription_id: subscription },
  };
  const signedBody = Buffer.from(JSON.stringify(event));
  const tampered = { ...event, data: { ...event.data, tampered: true } };
  return {
    webhookId: ids.event,
    delivery: ids.delivery,
    // A repeated id is what a receiver gets when its answer was lost.
    attempt: purpose === 'repeat' ? 2 : 1,
    timestamp: purpose === 'old' ? nowSeconds - OLD_SECONDS : nowSeconds,
    eventType: EVENT_TYPE,
    signedBody,
    body: purpose === 'tampered' ? Buffer.from(JSON.stringify(tampered)) : signedBody,
  };
}
