import type { Fault } from '../../shared/errors/domain-error.js';

type Given = string | readonly string[] | undefined;

/**
 * The event types that a request sets; undefined if it sets none. `event_type` and `event_types` name the same thing. A
 * client that reads a subscription, changes one of them and sends both back means the one that it changed.
 *
 * @param stored those of the subscription; null if it is new
 */
export function givenEventTypes(
  { event_type: one, event_types: many }: { readonly event_type?: Given; readonly event_types?: Given },
  stored: readonly string[] | null,
): { readonly types: string[] | undefined; readonly faults: Fault[] } {
  const alias = one === undefined ? undefined : distinct(one);
  const list = many === undefined ? undefined : distinct(many);
  if (alias === undefined || list === undefined) return { types: alias ?? list, faults: [] };
  if (isSame(alias, list) || (stored !== null && isSame(alias, stored))) return { types: list, faults: [] };
  if (stored !== null && isSame(list, stored)) return { types: alias, faults: [] };
  return {
    types: undefined,
    faults: [{ pointer: '/event_types', detail: 'cannot be combined with event_type; set only one of them' }],
  };
}

function distinct(given: string | readonly string[]): string[] {
  return [...new Set([given].flat())] as string[];
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((type) => b.includes(type));
}
