import { Rule } from '../../shared/http/rules.js';
import { LIMITS } from '../../shared/limits.js';
import { EVENT_TYPE, EVENT_TYPE_HINT, isEventType } from '../domain/event-type-pattern.js';

/** OpenAPI schema of an event type. */
export const EVENT_TYPE_SCHEMA = {
  maxLength: LIMITS.eventTypeLength,
  pattern: EVENT_TYPE.source,
  example: 'order.created',
};

/** One event type; patterns are refused. */
export const IsEventType = (): PropertyDecorator =>
  Rule('eventType', (value) => (typeof value === 'string' && isEventType(value) ? null : `must be ${EVENT_TYPE_HINT}`));
