import { secretFault } from '../../signing/index.js';
import { lengthOf, Rule } from '../../shared/http/rules.js';
import { LIMITS } from '../../shared/limits.js';
import { EVENT_TYPE_HINT, isEventTypePattern } from '../domain/event-type-pattern.js';
import { headerFault, REDACTED, shownHeadersFault } from '../domain/own-headers.js';

/** One pattern or a list of patterns. With `required`, either `event_type` or `event_types` must be set. */
export function IsEventTypes(options: { required: boolean }): PropertyDecorator {
  return Rule('eventTypes', (value, object) => {
    const { event_type: one, event_types: many } = object as { event_type?: unknown; event_types?: unknown };
    if (one !== undefined && many !== undefined) return 'cannot be combined with event_type; set only one of them';
    if (value === undefined) {
      return options.required && one === undefined ? 'must contain at least one event type' : null;
    }
    return eventTypesFault(value);
  });
}

export const IsEventTypeAlias = (): PropertyDecorator =>
  Rule('eventType', (value) => (value === undefined ? null : eventTypesFault(value)));

function eventTypesFault(value: unknown): string | null {
  const patterns: unknown[] = Array.isArray(value) ? value : [value];
  if (patterns.length === 0 || patterns.length > LIMITS.eventTypes)
    return `must contain 1 to ${LIMITS.eventTypes} event types`;
  const wrong = patterns.find((pattern) => typeof pattern !== 'string' || !isEventTypePattern(pattern));
  if (wrong === undefined) return null;
  const shown = typeof wrong === 'string' ? `"${wrong.slice(0, 40)}"` : 'a value that is not a string';
  return `must not contain ${shown}; use ${EVENT_TYPE_HINT}, or "order.*" for all types below "order.", or "*"`;
}

/** `URL` accepts more, but changes it silently: it drops line breaks and tabs, and reads \\ as /. */
const PLAIN_URL = /^https?:\/\/[^\\/\s][^\\\s]*$/i;

/** Checks the length in the form that is stored and sent, which escaping may have made longer. */
export const IsTarget = (): PropertyDecorator =>
  Rule('target', (value) => {
    if (typeof value !== 'string' || value === '') return 'must be a URL';
    if (!PLAIN_URL.test(value))
      return `must be a URL that starts with http:// or https:// and contains no whitespace or \\`;
    const given = lengthOf(value);
    // Long non-ASCII host names are slow to parse, so a URL that is already too long is not parsed.
    const length = given > LIMITS.urlLength ? given : Math.max(given, URL.parse(value)?.href.length ?? 0);
    return length <= LIMITS.urlLength ? null : `must be at most ${LIMITS.urlLength} characters, not ${length}`;
  });

export const IsOwnHeaders = (): PropertyDecorator =>
  Rule('ownHeaders', (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'must be an object of strings';
    const entries = Object.entries(value);
    if (entries.length > LIMITS.ownHeaders) return `must have at most ${LIMITS.ownHeaders} headers`;
    if (new Set(entries.map(([name]) => name.toLowerCase())).size < entries.length)
      return 'must not name a header twice';
    const faults = entries.flatMap(([name, content]) => {
      const fault = headerFault(name, content);
      return fault === null ? [] : [`${JSON.stringify(name.slice(0, 40))} ${fault}`];
    });
    return faults.length > 0 ? `is invalid: ${faults.join('; ')}` : null;
  });

export const IsShownHeaders = (): PropertyDecorator => Rule('shownHeaders', shownHeadersFault);

export const IsSecret = (): PropertyDecorator =>
  Rule('secret', (value) => {
    const { secretMinLength, secretMaxLength } = LIMITS;
    const length = typeof value === 'string' ? lengthOf(value) : 0;
    const isFit = length >= secretMinLength && length <= secretMaxLength;
    if (value === REDACTED) return `must not be ${REDACTED}; omit it to leave it unchanged`;
    return isFit ? secretFault(value as string) : `must be ${secretMinLength} to ${secretMaxLength} characters`;
  });

export const IsMetadata = (): PropertyDecorator =>
  Rule('metadata', (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'must be an object';
    if (Object.keys(value).length > LIMITS.metadataKeys) return `must have at most ${LIMITS.metadataKeys} keys`;
    const bytes = Buffer.byteLength(JSON.stringify(value));
    return bytes > LIMITS.metadataBytes ? `must be at most ${LIMITS.metadataBytes} bytes of JSON, not ${bytes}` : null;
  });
