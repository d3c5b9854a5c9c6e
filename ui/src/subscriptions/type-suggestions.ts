import { useQuery } from '@tanstack/react-query';
import { useMay } from '../api/access';
import { statsQuery, subscriptionsQuery } from '../api/queries';
import { useNow } from '../lib/clock';

const DAY_MS = 86_400_000;
const DAYS = 30;
const MAX_SHOWN = 12;

/** Event types that one may mean: those published lately, those that others want, and patterns above them. */
export function useTypeSuggestions(): readonly string[] {
  const mayReadStats = useMay('deliveries:read');
  const since = new Date(useNow(DAY_MS) - DAYS * DAY_MS).toISOString();
  const stats = useQuery({
    ...statsQuery({ step: 'day', since, group_by: 'event_type' }, ['types', since]),
    enabled: mayReadStats,
  });
  const subscriptions = useQuery(subscriptionsQuery);
  return suggestionsOf(
    (stats.data?.data ?? []).map(({ group }) => group ?? ''),
    (subscriptions.data?.data ?? []).flatMap(({ event_types: types }) => types),
  );
}

/**
 * @param published types, the most frequent first
 * @param wanted types and patterns of subscriptions
 */
export function suggestionsOf(published: readonly string[], wanted: readonly string[]): string[] {
  const known = [...new Set([...published, ...wanted])].filter((each) => each !== '' && each !== '*');
  const parents = known.flatMap((each) => (each.includes('.') && !each.endsWith('.*') ? [`${parentOf(each)}.*`] : []));
  // A pattern saves something from two types on.
  const patterns = parents.filter((each, index) => parents.indexOf(each) !== index);
  return [...new Set([...patterns, ...known])].slice(0, MAX_SHOWN - 1).concat('*');
}

function parentOf(type: string): string {
  return type.slice(0, type.lastIndexOf('.'));
}
