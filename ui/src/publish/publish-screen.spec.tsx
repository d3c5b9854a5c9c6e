import { act, fireEvent, screen, waitFor, within } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type FakeApi, fakeApi, problem } from '../testing/fake-api';
import { renderApp } from '../testing/render-app';
import { aDelivery, anEvent, aPage, deliveryId, eventId } from '../testing/samples';
import { beginDraft, draft } from './draft';

// jsdom has no layout, without which CodeMirror cannot work. The field that stands in for it while it is loaded can.
vi.mock('./payload-editor', () => new Promise(() => undefined));

const PAUSED = 'sub_01k6zv1yqpe7rtqq6zjy2k3m5p';
const ACTIVE = 'sub_01k6zv1yqpe7rtqq6zjy2k3m4n';
const UNWILLING = 'sub_01k6zv1yqpe7rtqq6zjy2k3m6q';
const health = { summary: 'Everything arrives.' };
const subscription = (id: string, description: string, more = {}) => ({
  ...{ id, description, target_url: 'https://example.com', event_types: ['order.*'], state: 'active', health },
  ...more,
});
const ALL = [
  subscription(ACTIVE, 'Globex billing'),
  subscription(PAUSED, 'Umbrella CRM', { state: 'paused' }),
  subscription(UNWILLING, 'Hooli feed', { event_types: ['user.*'] }),
];
const listed = (data: unknown[]) => ({ body: { data, has_more: false, next_cursor: null } });
const series = (group: string, accepted: number) => ({ group, totals: { accepted }, points: [] });

function apiWith(routes: Parameters<typeof fakeApi>[0] = {}): FakeApi {
  return fakeApi({
    'GET /subscriptions': ({ searchParams }) => listed(searchParams.has('event_type') ? ALL.slice(0, 2) : ALL),
    'GET /stats': { body: { data: [series('order.paid', 1), series('order.created', 5)], totals: {} } },
    [`GET /events/${eventId(1)}`]: { body: anEvent({ delivery_count: 1 }) },
    [`GET /events/${eventId(1)}/payload`]: { body: { repeated: true } },
    'GET /deliveries': { body: aPage([aDelivery({ id: deliveryId(1), status: 'delivered', last_status_code: 200 })]) },
    ...routes,
  });
}

describe('publishing by hand', () => {
  const user = userEvent.setup();
  const initial = draft.get();
  beforeEach(() => draft.set(initial));

  const payload = (): Promise<HTMLTextAreaElement> => screen.findByRole('textbox', { name: 'Payload' });
  const type = async (name: string, text: string): Promise<void> => {
    const field = await screen.findByRole(name === 'Event type' ? 'combobox' : 'textbox', { name });
    await user.clear(field);
    await user.click(field);
    if (text !== '') await user.paste(text);
  };

  it('sends the bytes that were typed, with tags and key, and follows the deliveries', async () => {
    const asked: { body: string; headers: Headers }[] = [];
    apiWith({
      'POST /webhooks/order.paid': async (_, request) => {
        asked.push({ body: await request.clone().text(), headers: request.headers });
        return { status: 202, body: { event_id: eventId(1), deliveries: 1 } };
      },
    });
    const view = renderApp('/publish?event_type=order.paid');
    await type('Payload', '{"id":12345678901234567890, "total":1.10}');
    await type('Tags', 'order-1, customer-9');
    await type('Idempotency key', 'key-1');

    await user.click(screen.getByRole('button', { name: 'Publish' }));

    expect(await screen.findByRole('link', { name: 'Open the event' })).toBeTruthy();
    expect((await screen.findByRole('link', { name: /^Delivered/ })).getAttribute('href')).toBe(
      `/ui/deliveries/${deliveryId(1)}`,
    );
    expect(asked.map(({ body }) => body)).toEqual(['{"id":12345678901234567890, "total":1.10}']);
    expect(['content-type', 'x-event-tags', 'idempotency-key'].map((name) => asked[0]?.headers.get(name))).toEqual([
      'application/json',
      'order-1, customer-9',
      'key-1',
    ]);
    expect(view.url()).toContain(`sent=${eventId(1)}`);
  });

  it('publishes once, however often that is asked for before the page shows that it does', async () => {
    const api = apiWith({ 'POST /webhooks/order.created': 'never' });
    renderApp('/publish');
    const field = await payload();

    // As with the editor, whose keys do not make the page render at once.
    void act(() => {
      for (const ctrlKey of [true, true]) fireEvent.keyDown(field, { key: 'Enter', ctrlKey });
    });

    await waitFor(() => expect(api.requests.filter((each) => each.startsWith('POST'))).toHaveLength(1));
  });

  it('leaves a key to the editor that has taken it', async () => {
    apiWith();
    renderApp('/publish');
    const field = await payload();
    field.addEventListener('keydown', (event) => event.preventDefault());

    fireEvent.keyDown(field, { key: 'Enter', ctrlKey: true });

    expect(screen.getByRole('button', { name: 'Publish' }).matches(':disabled')).toBe(false);
  });

  it('says before publishing who would get it, who would hold it, and why others would not', async () => {
    apiWith();
    renderApp('/publish');

    const region = await screen.findByRole('region', { name: 'Who would get it' });

    expect(await within(region).findByText('2 subscriptions want order.created.')).toBeTruthy();
    expect(within(region).getByText('paused: held until it is resumed')).toBeTruthy();
    expect(within(region).getByText('1 subscription would not get it')).toBeTruthy();
    expect(within(region).getByText('wants only user.*')).toBeTruthy();
  });

  it('publishes to one subscription, and warns before if that would be refused', async () => {
    const api = apiWith({
      [`POST /ingest/${UNWILLING}`]: {
        status: 422,
        body: {
          ...problem(422, 'The request has one fault.'),
          errors: [{ pointer: 'X-Event-Type', detail: 'must not be order.created; the subscription wants user.*' }],
        },
      },
    });
    renderApp('/publish');
    await screen.findByRole('option', { name: 'Hooli feed' });
    await user.selectOptions(screen.getByRole('combobox', { name: 'To' }), 'Hooli feed');

    expect(await screen.findByText('It would be refused.')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Publish' }));

    expect(await screen.findByText('must not be order.created; the subscription wants user.*')).toBeTruthy();
    expect(api.requests).toContain(`POST /ingest/${UNWILLING}`);
  });

  it('keeps what was typed when the service refuses or is away, and when one comes back', async () => {
    const api = apiWith({ 'POST /webhooks/order.created': 'away', 'GET /health/live': {} });
    const first = renderApp('/publish');
    await type('Payload', '{"kept":true}');
    await user.click(screen.getByRole('button', { name: 'Publish' }));

    expect(await screen.findByText(/may have been published all the same/)).toBeTruthy();
    expect((await payload()).value).toBe('{"kept":true}');
    api.answer('POST /webhooks/order.created', { status: 413, body: problem(413, 'The payload is too large.') });
    await user.click(screen.getByRole('button', { name: 'Publish' }));
    expect(await screen.findByText('The payload is too large.')).toBeTruthy();
    first.unmount();
    renderApp('/publish');
    expect((await payload()).value).toBe('{"kept":true}');
  });

  it('points at the line where the JSON is wrong, and does not send it', async () => {
    const api = apiWith();
    renderApp('/publish');
    await type('Payload', '{\n  "a": 1,\n}');

    expect(await screen.findByText('Line 2, column 9: the JSON has a comma before }.')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Publish' }));

    expect(api.requests.filter((each) => each.startsWith('POST'))).toEqual([]);
  });

  it('repeats the payload of another event', async () => {
    apiWith();
    const view = renderApp(`/publish?event_type=order.created&tags=order-1234&like=${eventId(1)}`);

    await waitFor(async () => expect((await payload()).value).toBe('{"repeated":true}'));
    expect(view.url()).toContain(`like=${eventId(1)}`);
  });

  it('repeats bytes that an editor would change, and does not edit them', async () => {
    apiWith();
    const respond = globalThis.fetch;
    vi.stubGlobal('fetch', (...call: Parameters<typeof fetch>) => {
      const { url } = new Request(...call);
      return url.endsWith('/payload') ? Promise.resolve(new Response('one\r\ntwo')) : respond(...call);
    });
    renderApp(`/publish?event_type=order.created&like=${eventId(1)}`);

    expect(await screen.findByText(/as they were published/)).toBeTruthy();
    expect(screen.queryByRole('textbox', { name: 'Payload' })).toBeNull();
    expect(new TextDecoder().decode(draft.get().payload as ArrayBuffer)).toBe('one\r\ntwo');
  });

  it('suggests the types that were published, the most frequent first', async () => {
    apiWith();
    renderApp('/publish');

    await waitFor(() =>
      expect([...document.querySelectorAll('datalist option')].map((each) => each.getAttribute('value'))).toEqual([
        'order.created',
        'order.paid',
      ]),
    );
  });

  it('says that an earlier request with the key had published it', async () => {
    apiWith();
    const respond = globalThis.fetch;
    vi.stubGlobal('fetch', async (...call: Parameters<typeof fetch>) => {
      const request = new Request(...call);
      if (request.method !== 'POST') return respond(request);
      const body = JSON.stringify({ event_id: eventId(1), deliveries: 1 });
      const headers = { 'content-type': 'application/json', 'idempotent-replayed': 'true' };
      return new Response(body, { status: 202, headers });
    });
    renderApp('/publish');
    await payload();

    await user.click(screen.getByRole('button', { name: 'Publish' }));

    expect(await screen.findByText(/Nothing was published again/)).toBeTruthy();
  });
});

describe('a draft', () => {
  const initial = draft.get();
  beforeEach(() => draft.set(initial));

  it('is what the URL says, and what was typed before', () => {
    draft.set({ ...initial, payload: 'typed', idempotencyKey: 'k' });

    expect(beginDraft({})).toMatchObject({ eventType: 'order.created', payload: 'typed', idempotencyKey: 'k' });
    expect(beginDraft({ event_type: 'user.created', to: 'sub_1' })).toMatchObject({
      eventType: 'user.created',
      to: 'sub_1',
      payload: 'typed',
    });
  });

  it('of another event begins without what was typed before', () => {
    draft.set({ ...initial, payload: 'typed', idempotencyKey: 'k' });

    expect(beginDraft({ like: eventId(1) })).toMatchObject({ payload: null, idempotencyKey: '', like: eventId(1) });
    draft.set({ ...draft.get(), payload: 'changed' });
    expect(beginDraft({ like: eventId(1) })).toMatchObject({ payload: 'changed' });
  });
});
