import { useQuery } from '@tanstack/react-query';
import { faultsOf } from '../api/failure';
import type { ReplayInput, ReplayPreviewAnswer } from '../api/generated';
import { previewQuery } from './queries';

export interface ReplayPreview {
  readonly answer: ReplayPreviewAnswer | undefined;
  readonly error: unknown;
  readonly isCounting: boolean;
  /** The only subscription that would get something. */
  readonly subscriptionId: string | undefined;
  /** Faults of the form, by the name of the field. */
  readonly faults: Readonly<Record<string, string>>;
  /** Counts once more. */
  readonly again: () => void;
}

/** What a replay would send, once somebody has asked for it. */
export function usePreview(input: ReplayInput, isAsked: boolean): ReplayPreview {
  const { data, error, isFetching, refetch } = useQuery({ ...previewQuery(input), enabled: isAsked });
  const shown = isAsked ? error : null;
  return {
    answer: isAsked ? data : undefined,
    error: shown,
    isCounting: isFetching,
    subscriptionId: input.subscription_id,
    faults: fieldFaults(shown),
    again: () => void refetch(),
  };
}

/** `/delivery_ids/3` is a fault of `delivery_ids`. */
function fieldFaults(error: unknown): Record<string, string> {
  const faults: Record<string, string> = {};
  for (const [pointer, detail] of Object.entries(faultsOf(error))) {
    const [, name = '', index] = pointer.split('/');
    if (name !== '') faults[name] ??= index === undefined ? detail : `Number ${Number(index) + 1} ${detail}`;
  }
  return faults;
}
