import { LIMITS } from '../../shared/limits.js';

/** The form of an event type. */
export const EVENT_TYPE = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/;
/** The same in words. */
export const EVENT_TYPE_HINT =
  'words of letters, digits, "_" or "-" separated by dots, ' + `at most ${LIMITS.eventTypeLength} characters`;
/** The form of a pattern, as a regular expression for others to check by. */
export const EVENT_PATTERN_FORM = '^(\\*|[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*(\\.\\*)?)$';
const ANY = '*';
const BELOW = '.*';

/** Words of letters, digits, "_" and "-", separated by dots: `order.created`. */
export function isEventType(text: string): boolean {
  return text.length <= LIMITS.eventTypeLength && EVENT_TYPE.test(text);
}

/** An event type, or `order.*` for anything below `order.`, or `*` for all. */
export function isEventTypePattern(text: string): boolean {
  if (text === ANY) return true;
  return (
    text.length <= LIMITS.eventTypeLength && isEventType(text.endsWith(BELOW) ? text.slice(0, -BELOW.length) : text)
  );
}

/** Every pattern that wants an event type: `a.b.c` is wanted by `a.b.c`, `a.b.*`, `a.*` and `*`. */
export function patternsWanting(eventType: string): string[] {
  const words = eventType.split('.');
  const prefixes = words.slice(1).map((_, index) => words.slice(0, words.length - 1 - index).join('.') + BELOW);
  return [eventType, ...prefixes, ANY];
}

export function wants(patterns: readonly string[], eventType: string): boolean {
  return patternsWanting(eventType).some((pattern) => patterns.includes(pattern));
}

/** The one event type that a subscription can mean, if there is exactly one. */
export function onlyEventType(patterns: readonly string[]): string | null {
  const [first, ...rest] = patterns;
  return first !== undefined && rest.length === 0 && isEventType(first) ? first : null;
}
