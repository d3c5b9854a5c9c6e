import type { FastifyReply } from 'fastify';
import type { Caller } from '../access/index.js';
import { publicIdsOf } from '../shared/ids/public-id.js';
import { deliveryUuid } from '../shared/ids/uuid.js';
import type { PublishedAnswer } from './dto/accepted-answers.js';
import type { Accepted } from './ingest.service.js';

/** Header of an answer that says where the delivery can be watched. */
export const LOCATION = {
  description: 'URL of the delivery status; absent if the role of the caller may not read it',
  schema: { type: 'string' as const },
};

/** Names the delivery of an event that was published to one subscription. */
export function publishedAnswer(reply: FastifyReply, { eventId }: Accepted, caller: Caller): PublishedAnswer {
  const ids = publicIdsOf(deliveryUuid(eventId, 1));
  const published = { task_id: ids.delivery, event_id: ids.event };
  if (!caller.may('read')) return published;
  const statusUrl = `/status/${ids.delivery}`;
  void reply.header('location', statusUrl);
  return { ...published, status_url: statusUrl };
}
