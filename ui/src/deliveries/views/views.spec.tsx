import { screen, waitFor } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { fakeApi } from '../../testing/fake-api';
import { renderApp } from '../../testing/render-app';
import { aPage, deliveriesFrom } from '../../testing/samples';

function api(): void {
  fakeApi({
    'GET /subscriptions': { body: { data: [], has_more: false, next_cursor: null } },
    'GET /deliveries': { body: aPage(deliveriesFrom(3, 1)) },
  });
}

describe('saved views', () => {
  const user = userEvent.setup();
  const open = async (): Promise<void> => user.click(await screen.findByRole('button', { name: 'Views' }));

  it('are saved under a name, opened and deleted', async () => {
    api();
    const view = renderApp('/deliveries?status=failed&event_type=order.*');
    await open();
    await user.type(await screen.findByLabelText('Save these filters as'), 'Failed orders{Enter}');
    const link = await screen.findByRole('link', { name: 'Failed orders' });
    expect(link.getAttribute('aria-current')).toBe('page');

    await user.keyboard('{Escape}');
    await user.click(await screen.findByRole('button', { name: 'Clear' }));
    await waitFor(() => expect(view.url()).toBe('/deliveries'));
    await open();
    await user.click(await screen.findByRole('link', { name: 'Failed orders' }));
    await waitFor(() => expect(view.url()).toBe('/deliveries?status=failed&event_type=order.*'));

    await open();
    await user.click(await screen.findByRole('button', { name: 'Delete the view Failed orders' }));
    expect(await screen.findByText(/No view is saved yet/)).toBeTruthy();
    expect(localStorage.getItem('webhooks.views.default')).toBe('[]');
  });

  it('replace the one of the same name', async () => {
    localStorage.setItem('webhooks.views.default', JSON.stringify([{ name: 'Mine', query: 'tag=old' }]));
    api();
    renderApp('/deliveries?tag=new');
    await open();

    await user.type(await screen.findByLabelText('Save these filters as'), 'Mine');
    await user.click(await screen.findByRole('button', { name: 'Replace' }));

    await waitFor(() =>
      expect(localStorage.getItem('webhooks.views.default')).toBe(JSON.stringify([{ name: 'Mine', query: 'tag=new' }])),
    );
  });

  it('belong to a tenant', async () => {
    localStorage.setItem('webhooks.views.acme', JSON.stringify([{ name: 'Of Acme', query: 'tag=a' }]));
    localStorage.setItem('webhooks.views.default', JSON.stringify([{ name: 'Of default', query: 'tag=d' }]));
    api();
    renderApp('/deliveries?tenant=acme');
    await open();

    expect(await screen.findByRole('link', { name: 'Of Acme' })).toBeTruthy();
    expect(screen.queryByRole('link', { name: 'Of default' })).toBeNull();
  });

  it('survive what somebody else has stored', async () => {
    localStorage.setItem('webhooks.views.default', '{"not":"a list"}');
    api();
    renderApp('/deliveries');
    await open();

    expect(await screen.findByText(/No view is saved yet/)).toBeTruthy();
  });
});
