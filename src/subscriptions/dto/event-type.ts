import { Rule } from '../../shared/http/rules.js';
import { LIMITS } from '../../shared/limits.js';
import {
  EVENT_PATTERN_FORM,
  EVENT_TYPE,
  EVENT_TYPE_HINT,
  isEventType,
  isEventTypePattern,
} from '../domain/event-type-pattern.js';

/** OpenAPI schema of an event type. */
export const EVENT_TYPE_SCHEMA = {
  maxLength: LIMITS.eventTypeLength,
  pattern: EVENT_TYPE.source,
  example: 'order.created',
};

/** One event type; patterns are refused. */
export const IsEventType = (): PropertyDecorator =>
  Rule('eventType', (value) => (typeof value === 'string' && isEventType(value) ? null : `must be ${EVENT_TYPE_HINT}`));

/** OpenAPI schema of an event type or a pattern. */
export const EVENT_PATTERN_SCHEMA = {
  maxLength: LIMITS.eventTypeLength,
  pattern: EVENT_PATTERN_FORM,
  example: 'order.*',
};

/** One event type, or a pattern such as `order.*`. */
export const IsEventPattern = (): PropertyDecorator =>
  Rule('eventPattern', (value) =>
    typeof value === 'string' && isEventTypePattern(value)
      ? null
      : `must be ${EVENT_TYPE_HINT}; or "order.*" for all types below "order.", or "*"`,
  );
