import { act, renderHook } from '@testing-library/preact';
import { describe, expect, it } from 'vitest';
import { useEdited } from './use-edited';

interface Stored {
  readonly name: string;
  readonly timeout: string;
}

function edited(initialProps: Stored) {
  return renderHook((stored: Stored) => useEdited(stored), { initialProps });
}

describe('a form over what is stored', () => {
  it('keeps what a person changed, and follows what somebody else changes', () => {
    const form = edited({ name: 'Billing', timeout: '10' });

    void act(() => form.result.current.change({ name: 'Payments' }));
    form.rerender({ name: 'Billing', timeout: '30' });

    expect(form.result.current.value).toEqual({ name: 'Payments', timeout: '30' });
    expect(form.result.current.changed).toEqual({ name: 'Payments' });
    expect(form.result.current.isDirty).toBe(true);
  });

  it('follows a part whose change was taken back', () => {
    const form = edited({ name: 'Billing', timeout: '10' });

    void act(() => form.result.current.change({ name: 'Payments' }));
    void act(() => form.result.current.change({ name: 'Billing' }));
    form.rerender({ name: 'Invoices', timeout: '10' });

    expect(form.result.current.value.name).toBe('Invoices');
    expect(form.result.current.isDirty).toBe(false);
  });

  it('ends with what was saved, and keeps what was typed meanwhile', () => {
    const form = edited({ name: 'Billing', timeout: '10' });
    void act(() => form.result.current.change({ name: 'Payments', timeout: '' }));
    const saved = form.result.current.value;

    void act(() => form.result.current.change({ name: 'Payments EU' }));
    void act(() => form.result.current.settle(saved));
    form.rerender({ name: 'Payments', timeout: '15' });

    expect(form.result.current.value).toEqual({ name: 'Payments EU', timeout: '15' });
  });
});
