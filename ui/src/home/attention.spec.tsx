import { QueryClientProvider } from '@tanstack/react-query';
import { render, screen } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { setUpClient } from '../api/client';
import { makeQueryClient } from '../api/query-client';
import { fakeApi, problem } from '../testing/fake-api';
import { Attention } from './attention';

setUpClient();

const NONE = { body: { data: [], has_more: false, next_cursor: null } };
const FINE = {
  'GET /stats': { body: { data: [], totals: {} } },
  'GET /health': { body: { status: 'ok', info: {}, error: {}, details: {} } },
  'GET /subscriptions': NONE,
};

function renderAttention(): void {
  render(
    <QueryClientProvider client={makeQueryClient()}>
      <Attention />
    </QueryClientProvider>,
  );
}

describe('what needs attention', () => {
  const user = userEvent.setup();

  it('is nothing once everything was read', async () => {
    fakeApi(FINE);
    renderAttention();

    expect(screen.getByRole('status', { name: 'Loading' })).toBeTruthy();
    expect(screen.queryByText(/^Nothing/)).toBeNull();
    expect(await screen.findByText(/^Nothing/)).toBeTruthy();
    expect(screen.queryByRole('status', { name: 'Loading' })).toBeNull();
  });

  it('is not known while a part could not be read, and is read again on demand', async () => {
    const refused = { status: 403, body: problem(403, 'The key may not do this.') };
    const api = fakeApi({ ...FINE, 'GET /subscriptions': refused });
    renderAttention();

    expect((await screen.findByRole('alert')).textContent).toContain('could not be read');
    expect(screen.queryByText(/^Nothing/)).toBeNull();
    api.answer('GET /subscriptions', NONE);
    await user.click(screen.getByRole('button', { name: 'Try again' }));

    expect(await screen.findByText(/^Nothing/)).toBeTruthy();
    expect(screen.queryByRole('alert')).toBeNull();
  });
});
