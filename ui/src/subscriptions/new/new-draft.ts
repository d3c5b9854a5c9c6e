import type { SubscriptionInput, SubscriptionPatch, SubscriptionWithHealthAnswer } from '../../api/generated';
import type { NewStep } from '../subscription-search';

/** What is asked before a subscription is made, by the names of the API. */
export interface NewDraft {
  readonly target_url: string;
  readonly description: string;
  readonly event_types: readonly string[];
}

const EMPTY_DRAFT: NewDraft = { target_url: '', description: '', event_types: [] };

export function draftOf(subscription: SubscriptionWithHealthAnswer | undefined): NewDraft {
  if (subscription === undefined) return EMPTY_DRAFT;
  const { target_url, description, event_types } = subscription;
  return { target_url, description: description ?? '', event_types };
}

export function inputOf({ target_url: url, description, event_types: types }: NewDraft): SubscriptionInput {
  return { target_url: url.trim(), description: description.trim() || null, event_types: [...types] };
}

/** What was changed of a subscription that is made already. */
export function patchOf(changed: Partial<NewDraft>): SubscriptionPatch {
  const input = Object.entries(inputOf({ ...EMPTY_DRAFT, ...changed }));
  return Object.fromEntries(input.filter(([name]) => name in changed));
}

/** The first step that shows one of these faults; null if none does. */
export function stepOfFaults(faults: Readonly<Record<string, string>>): NewStep | null {
  const pointers = Object.keys(faults);
  if (pointers.some((each) => each === '/target_url' || each === '/description')) return 'where';
  return pointers.some((each) => each.startsWith('/event_type')) ? 'what' : null;
}
