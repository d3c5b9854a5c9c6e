import { access, tenant } from '../api/access';
import { Store } from '../lib/store';
import type { PublishSearch } from './publish-search';

/** What somebody is about to publish. It is kept while they look at other screens, and nowhere but in memory. */
export interface Draft {
  readonly eventType: string;
  /** Separated by commas. */
  readonly tags: string;
  /** Id of the only subscription that is to get it; empty for all. */
  readonly to: string;
  readonly contentType: string;
  /** Text, or bytes that an editor would change; null while those of another event are being read. */
  readonly payload: string | ArrayBuffer | null;
  readonly idempotencyKey: string;
  /** Id of the event that it repeats; null for none. */
  readonly like: string | null;
}

const JSON_TYPE = 'application/json';

const SAMPLE: Draft = {
  eventType: 'order.created',
  tags: '',
  to: '',
  contentType: JSON_TYPE,
  payload: '{\n  "order": 42,\n  "customer": "Ada Lovelace",\n  "total": "19.90"\n}',
  idempotencyKey: '',
  like: null,
};

export const draft = new Store<Draft>(SAMPLE);

// What one person typed is not for the next.
access.subscribe(() => access.get().state === 'signed-out' && draft.set(SAMPLE));
tenant.subscribe(() => {
  const { payload, contentType } = draft.get();
  // What was being read is of the tenant before, and nobody reads it any more.
  const kept = payload === null ? SAMPLE : { payload, contentType };
  changeDraft({ to: '', like: null, payload: kept.payload, contentType: kept.contentType });
});

/** The draft as a URL wants it. What the URL does not say stays as it was typed. */
export function beginDraft({ event_type: eventType, tags, to, like: repeated }: PublishSearch): Draft {
  const before = draft.get();
  const like = repeated ?? null;
  const isOther = like !== null && like !== before.like;
  const typed = isOther ? { ...SAMPLE, like, payload: null } : before;
  const begun = {
    ...typed,
    eventType: eventType ?? typed.eventType,
    tags: tags ?? (eventType === undefined ? typed.tags : ''),
    to: to ?? (eventType === undefined ? typed.to : ''),
  };
  draft.set(begun);
  return begun;
}

export function changeDraft(change: Partial<Draft>): void {
  draft.update((before) => ({ ...before, ...change }));
}

/** Writes a payload by hand instead of repeating that of another event. */
export function forgetLike(): void {
  changeDraft({ like: null, payload: SAMPLE.payload, contentType: JSON_TYPE });
}
