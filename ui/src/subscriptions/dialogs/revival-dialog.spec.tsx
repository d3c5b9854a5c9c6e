import { QueryClientProvider } from '@tanstack/react-query';
import { render, screen } from '@testing-library/preact';
import { describe, expect, it } from 'vitest';
import { access } from '../../api/access';
import { setUpClient } from '../../api/client';
import type { RevivalAnswer } from '../../api/generated';
import { makeQueryClient } from '../../api/query-client';
import { fakeApi } from '../../testing/fake-api';
import { ABILITIES_OF_ALL } from '../../testing/samples';
import { RevivalDialog } from './revival-dialog';

setUpClient();

const REVIVAL: RevivalAnswer = {
  disabled_reason: 'gone',
  disabled_at: '2026-01-29T12:00:00.000Z',
  held: 0,
  replay: { kind: 'missing', subscription_id: 'sub_01k6zv1yqpe7rtqq6zjy2k3m4n', since: 'a', until: 'b' },
  summary: '',
};

describe('what a subscription missed', () => {
  it('is counted once, however often messages bring replays up to date', async () => {
    const api = fakeApi({ 'POST /replays': { body: { matched: 2, rate: 50, first: [] } } });
    access.set({ state: 'open', role: 'admin', tenantId: null, abilities: ABILITIES_OF_ALL });
    const queryClient = makeQueryClient();
    render(
      <QueryClientProvider client={queryClient}>
        <RevivalDialog revival={REVIVAL} name="Billing" onClose={() => undefined} />
      </QueryClientProvider>,
    );
    await screen.findByText(/It missed 2 events/);

    await queryClient.invalidateQueries({ queryKey: ['replays'] });
    await queryClient.invalidateQueries();

    expect(api.requests).toEqual(['POST /replays']);
  });
});
