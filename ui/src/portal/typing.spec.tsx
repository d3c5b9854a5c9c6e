import { render, screen } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { beforeAll, describe, expect, it } from 'vitest';
import { followTyping, hasTyped } from './typing';

describe('what was typed', () => {
  const user = userEvent.setup();
  beforeAll(followTyping);

  it('is noticed until it is gone', async () => {
    const { unmount } = render(<input aria-label="Name" defaultValue="given" />);
    expect(hasTyped()).toBe(false);

    await user.type(screen.getByLabelText('Name'), '!');
    expect(hasTyped()).toBe(true);
    await user.clear(screen.getByLabelText('Name'));
    expect(hasTyped()).toBe(false);

    await user.type(screen.getByLabelText('Name'), 'again');
    expect(hasTyped()).toBe(true);
    unmount();
    expect(hasTyped()).toBe(false);
  });
});
