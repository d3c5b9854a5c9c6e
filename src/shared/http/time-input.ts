import { isISO8601 } from 'class-validator';
import { LIMITS } from '../limits.js';
import { Rule } from './rules.js';

/**
 * A date (UTC), or an RFC 3339 time with an offset and at most nanoseconds. JavaScript cannot parse some other forms of
 * ISO 8601, and interprets some differently.
 */
const TIME = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/i;

/** OpenAPI schema of a time in a request. */
export const TIME_INPUT = { format: 'date-time', maxLength: LIMITS.timeLength, example: '2026-01-31T12:00:00.000Z' };

export const IsTime = (): PropertyDecorator =>
  Rule('time', (value) => {
    if (typeof value !== 'string' || value.length > LIMITS.timeLength) {
      return `must be a time such as ${TIME_INPUT.example}, at most ${LIMITS.timeLength} characters`;
    }
    const isTime = TIME.test(value) && isISO8601(value, { strict: true }) && !Number.isNaN(Date.parse(value));
    return isTime ? null : `must be a time such as ${TIME_INPUT.example}`;
  });
