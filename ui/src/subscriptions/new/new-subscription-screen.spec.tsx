import { fireEvent, screen, waitFor } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { access } from '../../api/access';
import { type FakeApi, fakeApi, problem } from '../../testing/fake-api';
import { renderApp } from '../../testing/render-app';
import { aSubscription, aSubscriptionPage } from '../../testing/subscription-samples';

const MADE = aSubscription();
const AT = `/subscriptions/${MADE.id}`;
const STATS = {
  data: [{ group: 'order.paid' }, { group: 'order.created' }],
  totals: {},
  since: '',
  until: '',
  step: 'day',
  omitted_groups: 0,
  complete_since: null,
};

interface Made {
  readonly api: FakeApi;
  readonly bodies: unknown[];
}

function apiThatMakes(answer?: { readonly status: number; readonly body: unknown }): Made {
  const bodies: unknown[] = [];
  const api = fakeApi({
    'GET /subscriptions': { body: aSubscriptionPage([]) },
    'GET /stats': { body: STATS },
    [`GET ${AT}`]: { body: MADE },
    'POST /subscriptions': async (_, request) => {
      bodies.push(await request.json());
      return answer ?? { status: 201, body: { ...MADE, secret: 'whsec_AAAA' } };
    },
    [`PATCH ${AT}`]: async (_, request) => {
      bodies.push(await request.json());
      return { body: MADE };
    },
  });
  return { api, bodies };
}

describe('making a subscription', () => {
  const user = userEvent.setup();
  const next = (name: string): Promise<void> => user.click(screen.getByRole('button', { name }));
  async function fillIn(): Promise<void> {
    await user.type(await screen.findByRole('textbox', { name: 'Target URL' }), 'https://hooks.example.com/in');
    await user.type(screen.getByRole('textbox', { name: 'Name' }), 'Billing');
    await next('Next');
    await user.click(await screen.findByRole('button', { name: 'order.*' }));
  }

  it('takes three steps, each with a URL, and shows no secret unless asked', async () => {
    const { api, bodies } = apiThatMakes();
    const view = renderApp('/subscriptions/new');

    await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('textbox', { name: 'Target URL' })));
    await fillIn();
    expect(view.url()).toBe('/subscriptions/new?step=what');
    await user.type(screen.getByRole('textbox', { name: 'Event types' }), 'invoice.paid user.*{Enter}');
    await next('Create and check');

    expect(await screen.findByText('Billing is created')).toBeTruthy();
    expect(view.url()).toBe(`/subscriptions/new?step=check&id=${MADE.id}`);
    expect(bodies).toEqual([
      {
        target_url: 'https://hooks.example.com/in',
        description: 'Billing',
        event_types: ['order.*', 'invoice.paid', 'user.*'],
      },
    ]);
    expect(document.body.textContent).not.toContain('whsec_');
    expect(api.requests).not.toContain(`GET ${AT}/secret`);
  });

  it('takes nothing for an event type that begins with a space', async () => {
    apiThatMakes();
    renderApp('/subscriptions/new');
    await fillIn();

    const field = screen.getByRole<HTMLInputElement>('textbox', { name: 'Event types' });
    await user.type(field, ' in');

    expect(field.value).toBe('in');
    expect(screen.queryByRole('button', { name: 'Remove i' })).toBeNull();
  });

  it('keeps what was typed when one goes back', async () => {
    apiThatMakes();
    const view = renderApp('/subscriptions/new');
    await fillIn();

    await next('Back');

    const target = await screen.findByRole<HTMLInputElement>('textbox', { name: 'Target URL' });
    expect(target.value).toBe('https://hooks.example.com/in');
    expect(view.url()).toBe('/subscriptions/new');
    await next('Next');
    expect(await screen.findByRole('button', { name: 'Remove order.*' })).toBeTruthy();
  });

  it('goes to the step with the fault, and loses nothing', async () => {
    const errors = [{ pointer: '/target_url', detail: 'must not point to 10.0.0.1 (private)' }];
    apiThatMakes({ status: 422, body: { ...problem(422, 'The request has 1 fault.'), errors } });
    const view = renderApp('/subscriptions/new');
    await fillIn();

    await next('Create and check');

    expect(await screen.findByText('must not point to 10.0.0.1 (private)')).toBeTruthy();
    expect(view.url()).toBe('/subscriptions/new');
    expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'Name' }).value).toBe('Billing');
  });

  it('makes one after a double click', async () => {
    const { bodies } = apiThatMakes();
    const view = renderApp('/subscriptions/new');
    await fillIn();
    const button = await screen.findByRole('button', { name: 'Create and check' });

    for (const each of [button, button]) fireEvent.click(each);

    await waitFor(() => expect(view.url()).toContain('step=check'));
    expect(bodies).toHaveLength(1);
  });

  it('asks for an event type before it asks the service', async () => {
    const { bodies } = apiThatMakes();
    renderApp('/subscriptions/new?step=what');

    await user.click(await screen.findByRole('button', { name: 'Create and check' }));

    expect((await screen.findByRole('alert')).textContent).toContain('Add at least one event type');
    expect(bodies).toEqual([]);
  });

  it('changes what was made when one goes back from the check', async () => {
    const { api, bodies } = apiThatMakes();
    renderApp(`/subscriptions/new?step=check&id=${MADE.id}`);

    await user.click(await screen.findByRole('button', { name: 'Back' }));
    await user.click(await screen.findByRole('button', { name: 'Remove order.*' }));
    await user.type(screen.getByRole('textbox', { name: 'Event types' }), '*,');
    await next('Save and check');

    // Somebody else may have changed the rest meanwhile.
    await waitFor(() => expect(bodies).toEqual([{ event_types: ['*'] }]));
    expect(api.requests).not.toContain('POST /subscriptions');
  });

  it('changes nothing when one goes back, looks, and goes on', async () => {
    const { api } = apiThatMakes();
    const view = renderApp(`/subscriptions/new?step=what&id=${MADE.id}`);

    await user.click(await screen.findByRole('button', { name: 'Save and check' }));

    expect(await screen.findByText('Billing is created')).toBeTruthy();
    expect(view.url()).toContain('step=check');
    expect(api.requests).not.toContain(`PATCH ${AT}`);
  });

  it('is not offered to those who may not', async () => {
    apiThatMakes();
    renderApp('/subscriptions/new');
    access.set({ state: 'open', role: 'admin', tenantId: null, abilities: ['subscriptions:read'] });

    expect(await screen.findByText('You may not make subscriptions')).toBeTruthy();
    expect(screen.queryByRole('textbox')).toBeNull();
  });
});
