import { render } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { type KeyBindings, useKeys } from './keys';

function Page({ bindings, part }: { readonly bindings: KeyBindings; readonly part?: KeyBindings }) {
  useKeys(bindings);
  return (
    <>
      <input aria-label="text" />
      <input aria-label="box" type="checkbox" />
      <button type="button">Act</button>
      {part && <Part bindings={part} />}
    </>
  );
}

function Part({ bindings }: { readonly bindings: KeyBindings }) {
  useKeys(bindings);
  return null;
}

describe('keys', () => {
  const act = vi.fn<(key: string) => void>();
  const user = userEvent.setup();

  it('act alone, with a modifier, and one after another', async () => {
    render(<Page bindings={{ j: () => act('j'), 'g d': () => act('g d'), 'Mod+k': () => act('Mod+k') }} />);

    await user.keyboard('jgdxd{Control>}k{/Control}');

    expect(act.mock.calls.flat()).toEqual(['j', 'g d', 'Mod+k']);
  });

  it('belong to a field that has the focus, except those that work everywhere', async () => {
    const view = render(<Page bindings={{ j: () => act('j'), x: () => act('x'), 'Mod+k': () => act('Mod+k') }} />);

    await user.type(view.getByLabelText('text'), 'jx{Control>}k{/Control}');
    view.getByLabelText('box').focus();
    await user.keyboard('x');

    expect((view.getByLabelText('text') as HTMLInputElement).value).toBe('jx');
    expect(act.mock.calls.flat()).toEqual(['Mod+k', 'x']);
  });

  it('that are held act once, except those that only move', async () => {
    render(<Page bindings={{ j: () => act('j'), r: () => act('r'), ArrowDown: () => act('down') }} />);

    await user.keyboard('{j>3/}{r>3/}{ArrowDown>2/}r');

    expect(act.mock.calls.flat()).toEqual(['j', 'j', 'j', 'r', 'down', 'down', 'r']);
  });

  it('leave Enter to a button that has the focus', async () => {
    const view = render(<Page bindings={{ Enter: () => act('Enter') }} />);

    view.getByText('Act').focus();
    await user.keyboard('{Enter}');
    expect(act).not.toHaveBeenCalled();

    view.getByText('Act').blur();
    await user.keyboard('{Enter}');
    expect(act).toHaveBeenCalledTimes(1);
  });

  it('are taken by what came last, for as long as it is there', async () => {
    const view = render(<Page bindings={{ r: () => act('page') }} />);
    view.rerender(<Page bindings={{ r: () => act('page') }} part={{ r: () => act('part') }} />);
    await user.keyboard('r');
    view.rerender(<Page bindings={{ r: () => act('page') }} />);
    await user.keyboard('r');
    view.unmount();
    await user.keyboard('r');

    expect(act.mock.calls.flat()).toEqual(['part', 'page']);
  });
});
