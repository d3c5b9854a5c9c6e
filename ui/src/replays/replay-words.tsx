import type { ReplayAnswer, ReplayFiltersAnswer } from '../api/generated';
import { errorWords } from '../deliveries/filters';
import { SubscriptionName } from '../deliveries/subscription-name';
import { localTime } from '../lib/times';

type Told = Pick<ReplayAnswer, 'kind' | 'filters'>;

/** What a replay sends, in two or three words. */
export function kindWords({ kind, filters }: Told): string {
  switch (kind) {
    case 'failed':
      return 'What failed';
    case 'status':
      return `What ${listed((filters.statuses ?? []).map(outcomeWords))}`;
    case 'selected':
      return 'Selected deliveries';
    case 'missing':
      return 'What is missing';
  }
}

function outcomeWords(status: string): string {
  return status === 'failed' ? status : `was ${status}`;
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}

/** The filters of a replay other than its subscription and its kind. */
export function filterWords(filters: ReplayFiltersAnswer): string[] {
  const { event_type: type, event_id: eventId, tag, status_code: code, error_code: error, target_host: host } = filters;
  const { since, until } = filters;
  return [
    type,
    eventId,
    tag && `tagged ${tag}`,
    code,
    error && errorWords(error),
    host,
    since && `since ${shortTime(since)}`,
    until && `until ${shortTime(until)}`,
  ].filter((words) => words !== undefined && words !== '') as string[];
}

/** Without seconds, unless there are some. */
function shortTime(at: string): string {
  return localTime(at).replace(/(:00)?\.\d{3}$/, '');
}

/** Filters, in grey. */
export function ReplayFilters({ filters }: { readonly filters: ReplayFiltersAnswer }) {
  const { subscription_id: id } = filters;
  const words = filterWords(filters);
  if (id === undefined && words.length === 0) return null;
  return (
    <span className="min-w-0 break-words text-muted-foreground">
      {id !== undefined && <SubscriptionName id={id} targetUrl={id} />}
      {id !== undefined && words.length > 0 && ' · '}
      {words.join(' · ')}
    </span>
  );
}
