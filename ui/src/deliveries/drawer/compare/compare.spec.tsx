import { screen, waitFor, within } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { fakeApi } from '../../../testing/fake-api';
import { renderApp } from '../../../testing/render-app';
import { aDeliveryWithAttempts, aPage, deliveryId } from '../../../testing/samples';
import { differencesOf } from './differences';
import { diffLines } from './diff-lines';

const [FIRST] = aDeliveryWithAttempts().attempts;
if (FIRST === undefined) throw new Error('The sample has no attempt');
const SECOND = {
  ...FIRST,
  number: 2,
  status_code: 200,
  error: null,
  response_headers: { 'content-type': 'application/json', etag: '"1"' },
  response_body: '{"ok":true}',
  request_headers: (FIRST.request_headers ?? []).map((header) =>
    header.name === 'webhook-timestamp' ? { ...header, value: '1769860900' } : header,
  ),
  phases: { dns_ms: 3, connect_ms: 11, tls_ms: 14, wait_ms: 1900, read_ms: 0 },
};

describe('the differences of two attempts', () => {
  const parts = differencesOf(FIRST, SECOND);
  const line = (title: string, name: string) =>
    parts.find((part) => part.title === title)?.lines.find((each) => each.name === name);

  it('are found in outcome, phases and headers', () => {
    expect(line('Outcome', 'Status')).toMatchObject({
      first: '503 Service Unavailable',
      second: '200 OK',
      differs: true,
    });
    expect(line('Response headers', 'etag')).toMatchObject({ first: null, second: '"1"', differs: true });
    expect(line('Request headers', 'webhook-id')).toMatchObject({ differs: false });
    expect(line('Time', 'Wait for the response')).toMatchObject({ first: '90 ms', second: '1.90 s', differs: true });
  });

  it('do not count what is new in each attempt, nor small parts of a second', () => {
    expect(line('Request headers', 'webhook-timestamp')).toMatchObject({ differs: false, isAlwaysNew: true });
    const slower = { ...FIRST, phases: { dns_ms: 9, connect_ms: 30, tls_ms: 70, wait_ms: 180, read_ms: 1 } };
    expect(differencesOf(FIRST, slower)[1]?.lines.filter(({ differs }) => differs)).toEqual([]);
  });
});

describe('two bodies', () => {
  it('have their common lines beside each other', () => {
    expect(diffLines('a\nb\nc', 'a\nx\ny\nc')).toEqual([
      { first: 'a', second: 'a' },
      { first: 'b', second: 'x' },
      { first: null, second: 'y' },
      { first: 'c', second: 'c' },
    ]);
  });

  it('are compared by members if they are JSON', () => {
    const pairs = diffLines('{"id":1,"state":"down"}', '{ "id": 1, "state": "up" }');

    expect(pairs.filter(({ first, second }) => first !== second)).toEqual([
      { first: '  "state": "down"', second: '  "state": "up"' },
    ]);
  });

  it('differ by digits that a double cannot hold, and not by how a character is escaped', () => {
    const pairs = diffLines('{"id":12345678901234567890,"a":"\\u00e9"}', '{"id":12345678901234567891,"a":"é"}');

    expect(pairs.filter(({ first, second }) => first !== second)).toEqual([
      { first: '  "id": 12345678901234567890,', second: '  "id": 12345678901234567891,' },
    ]);
  });

  it.each([
    ['', '', 0],
    ['a', '', 1],
    ['', 'a\nb', 2],
    ['a\n'.repeat(2000), 'b\n'.repeat(1999), 2001],
  ])('of any length are compared', (first, second, rows) => {
    expect(diffLines(first, second)).toHaveLength(rows);
  });
});

describe('the comparison', () => {
  const user = userEvent.setup();

  it('is opened from the drawer, is in the URL, and closes again', async () => {
    fakeApi({
      'GET /subscriptions': { body: { data: [], has_more: false, next_cursor: null } },
      'GET /deliveries': { body: aPage([]) },
      [`GET /deliveries/${deliveryId(3)}`]: {
        body: aDeliveryWithAttempts({ id: deliveryId(3), attempts: [FIRST, SECOND, { ...SECOND, number: 3 }] }),
      },
    });
    const view = renderApp(`/deliveries/${deliveryId(3)}`);
    await user.click(await screen.findByRole('button', { name: 'Compare attempts' }));
    await waitFor(() => expect(view.url()).toBe(`/deliveries/${deliveryId(3)}?compare=2,3`));

    const dialog = await screen.findByRole('dialog');
    await user.selectOptions(within(dialog).getByLabelText('First attempt'), '1');
    await waitFor(() => expect(view.url()).toBe(`/deliveries/${deliveryId(3)}?compare=1,3`));
    await within(dialog).findByText('503 Service Unavailable');
    expect(within(dialog).getAllByText(/^Differs/).length).toBeGreaterThan(3);
    await user.click(within(dialog).getByLabelText('Differences only'));
    expect(within(dialog).queryByText('webhook-id')).toBeNull();
    await user.click(within(dialog).getByRole('button', { name: 'Close' }));

    await waitFor(() => expect(view.url()).toBe(`/deliveries/${deliveryId(3)}`));
  });
});
