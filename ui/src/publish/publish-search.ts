import { knownSearch } from '../lib/known-search';

/** What the form is filled in with, as far as it is short. */
export interface PublishSearch {
  readonly event_type?: string;
  /** Separated by commas. */
  readonly tags?: string;
  /** Id of the only subscription that is to get it; all that want the type if there is none. */
  readonly to?: string;
  /** Id of the event whose payload is published again. */
  readonly like?: string;
  /** Id of the event that was published last, and is followed. */
  readonly sent?: string;
}

export function readPublishSearch(given: Record<string, unknown>): PublishSearch {
  return knownSearch(given, ['event_type', 'tags', 'to', 'like', 'sent']);
}
