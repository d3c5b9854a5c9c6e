import { LIMITS } from '../../shared/limits.js';

/** Format of an event type. */
export const EVENT_TYPE = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/;
/** Describes the format in error messages. */
export const EVENT_TYPE_HINT =
  'words of letters, digits, "_" or "-", separated by dots, ' + `at most ${LIMITS.eventTypeLength} characters`;
/** Format of a pattern, as a regular expression for the OpenAPI document. */
export const EVENT_PATTERN_FORM = '^(\\*|[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*(\\.\\*)?)$';
const ANY = '*';
const BELOW = '.*';
/** How the types of operational events begin. Only the service publishes them. */
export const OPERATIONAL_PREFIX = 'webhooks.';
/** In the order of bytes, the first text after all that begin with the prefix, and the first after all event types. */
const AFTER_OPERATIONAL = 'webhooks/';
const AFTER_ALL = '{';

/** Whether only the service publishes events of the type. */
export function isOperational(eventType: string): boolean {
  return eventType.startsWith(OPERATIONAL_PREFIX);
}

/** Whether the text is an event type: words of letters, digits, "_" and "-", separated by dots (`order.created`). */
export function isEventType(text: string): boolean {
  return text.length <= LIMITS.eventTypeLength && EVENT_TYPE.test(text);
}

/** Whether the text is an event type, `order.*` for all types below `order.`, or `*` for all types. */
export function isEventTypePattern(text: string): boolean {
  if (text === ANY) return true;
  return (
    text.length <= LIMITS.eventTypeLength && isEventType(text.endsWith(BELOW) ? text.slice(0, -BELOW.length) : text)
  );
}

/**
 * Returns the patterns of subscriptions that get events of a type: all that match it. Operational events go only to
 * subscriptions that ask for them, so `*` does not include them.
 */
export function patternsWanting(eventType: string): string[] {
  return patternsMatching(eventType).filter((pattern) => pattern !== ANY || !isOperational(eventType));
}

/** Returns every pattern that matches an event type: for `a.b.c`, these are `a.b.c`, `a.b.*`, `a.*` and `*`. */
export function patternsMatching(eventType: string): string[] {
  const words = eventType.split('.');
  const prefixes = words.slice(1).map((_, index) => words.slice(0, words.length - 1 - index).join('.') + BELOW);
  return [eventType, ...prefixes, ANY];
}

/**
 * The event types that a pattern matches: a single one, or a range in the order of bytes, in which everything that
 * starts with `order.` lies before `order/`.
 *
 * @returns null for `*`, which matches all
 */
export function eventTypesOf(
  pattern: string,
): { readonly only: string } | { readonly from: string; readonly before: string } | null {
  if (pattern === ANY) return null;
  if (!pattern.endsWith(BELOW)) return { only: pattern };
  const word = pattern.slice(0, -BELOW.length);
  return { from: `${word}.`, before: `${word}/` };
}

/** The event types that a subscription with the pattern gets: all that it matches, but for `*` no operational ones. */
export function wantedEventTypesOf(pattern: string): NonNullable<ReturnType<typeof eventTypesOf>>[] {
  const types = eventTypesOf(pattern);
  if (types !== null) return [types];
  return [
    { from: '', before: OPERATIONAL_PREFIX },
    { from: AFTER_OPERATIONAL, before: AFTER_ALL },
  ];
}

export function wants(patterns: readonly string[], eventType: string): boolean {
  return patternsWanting(eventType).some((pattern) => patterns.includes(pattern));
}

/** Returns the event type if the patterns consist of exactly one; null otherwise. */
export function onlyEventType(patterns: readonly string[]): string | null {
  const [first, ...rest] = patterns;
  return first !== undefined && rest.length === 0 && isEventType(first) ? first : null;
}
