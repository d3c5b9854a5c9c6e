import { QueryClientProvider } from '@tanstack/react-query';
import { render, screen } from '@testing-library/preact';
import { describe, expect, it, vi } from 'vitest';
import { setUpClient } from '../../api/client';
import { makeQueryClient } from '../../api/query-client';
import { eventId } from '../../testing/samples';
import { PayloadTab } from './payload-tab';

setUpClient();

describe('the payload of a delivery', () => {
  it.each([
    ['{"id":12345678901234567890,"total":1.10}', '{\n  "id": 12345678901234567890,\n  "total": 1.10\n}'],
    ['not {JSON}', 'not {JSON}'],
  ])('is indented if it is JSON, and keeps all digits: %s', async (sent, shown) => {
    vi.stubGlobal('fetch', () => Promise.resolve(new Response(sent, { headers: { 'content-type': 'text/plain' } })));
    render(
      <QueryClientProvider client={makeQueryClient()}>
        <PayloadTab eventId={eventId(1)} />
      </QueryClientProvider>,
    );

    expect((await screen.findByLabelText('Payload')).textContent).toBe(shown);
  });
});
