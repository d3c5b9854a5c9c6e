import { act, render, screen } from '@testing-library/preact';
import { beforeEach, describe, expect, it } from 'vitest';
import { access, enter, noteRefusedKey } from '../api/access';
import { aSession } from '../testing/samples';
import { say, Toasts } from './toasts';

describe('what came of an action', () => {
  beforeEach(() => {
    access.set({ state: 'signed-out', refusal: null });
    enter(aSession());
    render(<Toasts />);
    void act(() => say('done', 'Billing is deleted.'));
  });

  it.each([
    ['signs out', () => access.set({ state: 'signed-out', refusal: null })],
    ['is no longer signed in', noteRefusedKey],
    ['signs in with another key', () => enter(aSession({ key_id: 'key_other' }))],
  ])('is gone when somebody %s', (_, leave) => {
    expect(screen.getByText('Billing is deleted.')).toBeTruthy();

    void act(leave);

    expect(screen.queryByText('Billing is deleted.')).toBeNull();
  });

  it('stays when the session is prolonged', () => {
    void act(() => enter(aSession({ expires_at: '2026-01-31T13:00:00.000Z' })));

    expect(screen.getByText('Billing is deleted.')).toBeTruthy();
  });
});
