import { OPERATIONAL_EVENT_TYPES } from '../../announcements/index.js';
import { schemeOf, secretFault, SIGNATURE_SCHEMES } from '../../signing/index.js';
import type { Fault } from '../../shared/errors/domain-error.js';
import { EachRule } from '../../shared/http/input-fields.js';
import { pointerTo } from '../../shared/http/json-pointer.js';
import { lengthOf, Rule } from '../../shared/http/rules.js';
import { LIMITS } from '../../shared/limits.js';
import {
  EVENT_TYPE_HINT,
  isEventTypePattern,
  isOperational,
  OPERATIONAL_PREFIX,
  patternsMatching,
} from '../domain/event-type-pattern.js';
import { headerFault, REDACTED, sameHeader, shownHeadersFaults } from '../domain/own-headers.js';

/** One pattern or a list of patterns. With `required`, either `event_type` or `event_types` must be set. */
export function IsEventTypes(options: { required: boolean }): PropertyDecorator {
  return EachRule('eventTypes', (value, object) => {
    if (value !== undefined) return eventTypesFaults(value);
    const isMissing = options.required && (object as { event_type?: unknown }).event_type === undefined;
    return isMissing ? [{ pointer: '', detail: 'must contain at least one event type' }] : [];
  });
}

export const IsEventTypeAlias = (): PropertyDecorator =>
  EachRule('eventType', (value) => (value === undefined ? [] : eventTypesFaults(value)));

function eventTypesFaults(value: unknown): Fault[] {
  if (!Array.isArray(value)) return eventTypeFaults(value, '');
  if (value.length === 0 || value.length > LIMITS.eventTypes) {
    return [{ pointer: '', detail: `must contain 1 to ${LIMITS.eventTypes} event types` }];
  }
  return value.flatMap((pattern, index) => eventTypeFaults(pattern, `/${index}`));
}

function eventTypeFaults(pattern: unknown, pointer: string): Fault[] {
  if (typeof pattern === 'string' && isEventTypePattern(pattern)) return operationalFaults(pattern, pointer);
  const shown = typeof pattern === 'string' ? `"${pattern.slice(0, 40)}"` : 'a value that is not a string';
  const detail = `must not be ${shown}; use ${EVENT_TYPE_HINT}, or "order.*" for all types below "order.", or "*"`;
  return [{ pointer, detail }];
}

/** Refuses patterns that no event can have: the service publishes all events with that prefix. */
function operationalFaults(pattern: string, pointer: string): Fault[] {
  if (!isOperational(pattern) || OPERATIONAL_EVENT_TYPES.some((type) => patternsMatching(type).includes(pattern))) {
    return [];
  }
  const known = OPERATIONAL_EVENT_TYPES.join(', ');
  const detail = `must not be "${pattern}": only the service publishes types that begin with "${OPERATIONAL_PREFIX}", and it publishes ${known}`;
  return [{ pointer, detail }];
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
  EachRule('ownHeaders', (value) => {
    const fault = (detail: string): Fault[] => [{ pointer: '', detail }];
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return fault('must be an object of strings');
    const entries = Object.entries(value);
    if (entries.length > LIMITS.ownHeaders) return fault(`must have at most ${LIMITS.ownHeaders} headers`);
    const names = entries.map(([name]) => name);
    return entries.flatMap(([name, content], index) => {
      const same = sameHeader(names, index);
      const detail = same === null ? headerFault(name, content) : `is the same header as ${same}; remove one of them`;
      return detail === null ? [] : [{ pointer: pointerTo(name), detail }];
    });
  });

export const IsShownHeaders = (): PropertyDecorator => EachRule('shownHeaders', shownHeadersFaults);

export const IsSecret = (): PropertyDecorator => Rule('secret', (value) => signingSecretFault(value));

function signingSecretFault(value: unknown): string | null {
  const { secretMinLength, secretMaxLength } = LIMITS;
  const length = typeof value === 'string' ? lengthOf(value) : 0;
  const isFit = length >= secretMinLength && length <= secretMaxLength;
  if (value === REDACTED) return `must not be ${REDACTED}; omit it to leave it unchanged`;
  return isFit ? secretFault(value as string) : `must be ${secretMinLength} to ${secretMaxLength} characters`;
}

/** A signature scheme, which must be that of the secret if both are given. */
export const IsScheme = (): PropertyDecorator =>
  Rule('scheme', (value, object) => {
    if (!(SIGNATURE_SCHEMES as readonly unknown[]).includes(value)) {
      return `must be one of the following values: ${SIGNATURE_SCHEMES.join(', ')}`;
    }
    const { secret } = object as { secret?: unknown };
    if (secret === undefined || signingSecretFault(secret) !== null || schemeOf(secret as string) === value)
      return null;
    return `must be ${schemeOf(secret as string)}, the scheme of the secret`;
  });

export const IsMetadata = (): PropertyDecorator =>
  Rule('metadata', (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'must be an object';
    if (Object.keys(value).length > LIMITS.metadataKeys) return `must have at most ${LIMITS.metadataKeys} keys`;
    const bytes = Buffer.byteLength(JSON.stringify(value));
    return bytes > LIMITS.metadataBytes ? `must be at most ${LIMITS.metadataBytes} bytes of JSON, not ${bytes}` : null;
  });
