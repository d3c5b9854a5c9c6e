import { IsOptional, ValidateBy, ValidateIf, type ValidationArguments } from 'class-validator';
import { isEventTypePattern, MAX_EVENT_TYPE_LENGTH } from '../domain/event-type-pattern.js';
import { headerFault, MAX_OWN_HEADERS } from '../domain/own-headers.js';

/** Most event types of one subscription. */
export const MAX_EVENT_TYPES = 100;
export const MAX_URL_LENGTH = 2048;
/** Most bytes of `metadata` as JSON. */
const MAX_METADATA_BYTES = 4096;

/** May be left out, but not be null. */
export const MayBeAbsent = (): PropertyDecorator => ValidateIf((_, value) => value !== undefined);

/** May be left out; null says "as the service has it by default". */
export const MayBeNull = (): PropertyDecorator => IsOptional();

/** A rule whose fault is found by a function: null when there is none. */
function rule(name: string, faultOf: (value: unknown, object: object) => string | null): PropertyDecorator {
  return ValidateBy({
    name,
    validator: {
      validate: (value: unknown, args?: ValidationArguments) => faultOf(value, args?.object ?? {}) === null,
      defaultMessage: (args?: ValidationArguments) => faultOf(args?.value, args?.object ?? {}) ?? '',
    },
  });
}

/** One pattern or a list of them. With `required`, `event_type` or `event_types` must be there. */
export function IsEventTypes(options: { required: boolean }): PropertyDecorator {
  return rule('eventTypes', (value, object) => {
    const { event_type: one, event_types: many } = object as { event_type?: unknown; event_types?: unknown };
    if (one !== undefined && many !== undefined) return 'stands beside event_type; give one of the two';
    if (value === undefined) {
      return options.required && one === undefined ? 'must name at least one event type' : null;
    }
    return eventTypesFault(value);
  });
}

export const IsEventTypeAlias = (): PropertyDecorator =>
  rule('eventType', (value) => (value === undefined ? null : eventTypesFault(value)));

function eventTypesFault(value: unknown): string | null {
  const patterns: unknown[] = Array.isArray(value) ? value : [value];
  if (patterns.length === 0 || patterns.length > MAX_EVENT_TYPES)
    return `must name 1 to ${MAX_EVENT_TYPES} event types`;
  const wrong = patterns.find((pattern) => typeof pattern !== 'string' || !isEventTypePattern(pattern));
  if (wrong === undefined) return null;
  const shown = typeof wrong === 'string' ? `"${wrong.slice(0, 40)}"` : 'a value that is no string';
  return (
    `has ${shown}: an event type is words of letters, digits, "_" or "-" separated by dots, at most ` +
    `${MAX_EVENT_TYPE_LENGTH} characters, "order.*" for all below "order.", or "*"`
  );
}

export const IsOwnHeaders = (): PropertyDecorator =>
  rule('ownHeaders', (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'must be an object of strings';
    const entries = Object.entries(value);
    if (entries.length > MAX_OWN_HEADERS) return `must have at most ${MAX_OWN_HEADERS} headers`;
    if (new Set(entries.map(([name]) => name.toLowerCase())).size < entries.length) return 'names one header twice';
    const faults = entries.flatMap(([name, content]) => {
      const fault = headerFault(name, content);
      return fault === null ? [] : [`${JSON.stringify(name.slice(0, 40))} ${fault}`];
    });
    return faults.length > 0 ? `has faults: ${faults.join('; ')}` : null;
  });

export const IsMetadata = (): PropertyDecorator =>
  rule('metadata', (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'must be an object';
    const bytes = Buffer.byteLength(JSON.stringify(value));
    return bytes > MAX_METADATA_BYTES ? `must be at most ${MAX_METADATA_BYTES} bytes of JSON, not ${bytes}` : null;
  });
