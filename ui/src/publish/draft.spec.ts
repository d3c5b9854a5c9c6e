import { beforeEach, describe, expect, it } from 'vitest';
import { tenant } from '../api/access';
import { eventId } from '../testing/samples';
import { beginDraft, changeDraft, draft } from './draft';

describe('a draft, when another tenant is chosen,', () => {
  const initial = draft.get();
  beforeEach(() => {
    tenant.set('before');
    draft.set(initial);
  });

  it('has a payload to edit, even if that of an event was still being read', () => {
    beginDraft({ like: eventId(1) });
    changeDraft({ contentType: 'text/plain' });

    tenant.set('after');

    const { like, payload, contentType } = draft.get();
    expect({ like, payload, contentType }).toEqual({
      like: null,
      payload: initial.payload,
      contentType: 'application/json',
    });
  });

  it('keeps the payload that was typed, and no subscription of the tenant before', () => {
    changeDraft({ payload: 'a=1', contentType: 'text/plain', to: 'sub_01k6zv1yqpe7rtqq6zjy2k3m4n' });

    tenant.set('after');

    const { payload, contentType, to } = draft.get();
    expect({ payload, contentType, to }).toEqual({ payload: 'a=1', contentType: 'text/plain', to: '' });
  });
});
