import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { answerOf } from '../api/failure';
import { createReplay, getReplay, listReplays, type ReplayInput, type ReplayPreviewAnswer } from '../api/generated';
import type { ReplaySearch } from './replay-search';

type State = 'running' | 'paused' | 'finished' | 'cancelled' | 'failed';

/** Messages bring a running replay up to date as well; this is for what they do not tell, such as what it waits for. */
const RUNNING_MS = 5000;
const PAGE_SIZE = 50;

export function replaysQuery({ state, subscription_id, cursor }: ReplaySearch) {
  const query = { limit: PAGE_SIZE, state: state as State | undefined, subscription_id, cursor };
  return queryOptions({
    queryKey: ['replays', 'list', state ?? '', subscription_id ?? '', cursor ?? ''],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => answerOf(listReplays({ query, signal })),
    refetchInterval: ({ state: { data } }) =>
      data?.data.some((each) => each.state === 'running') ? RUNNING_MS : false,
  });
}

export function replayQuery(id: string) {
  return queryOptions({
    queryKey: ['replays', 'one', id],
    queryFn: ({ signal }) => answerOf(getReplay({ path: { id }, signal })),
    refetchInterval: ({ state: { data } }) => (data?.state === 'running' ? RUNNING_MS : false),
  });
}

/** What a replay would send. Asked for once, and again when somebody says so: counting takes up to ten seconds. */
export function previewQuery(input: ReplayInput) {
  return queryOptions({
    queryKey: ['replay-preview', input],
    staleTime: 'static',
    gcTime: 0,
    queryFn: async ({ signal }): Promise<ReplayPreviewAnswer> => {
      const answer = await answerOf(createReplay({ body: { ...input, dry_run: true }, signal }));
      if (!('first' in answer)) throw new Error('The service has made a replay, and was asked to count.');
      return answer;
    },
  });
}
