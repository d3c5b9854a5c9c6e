import type { ExchangedPortalSessionAnswer } from '../api/generated';

/** What the code of a link is exchanged for. */
export function aPortal(given: Partial<ExchangedPortalSessionAnswer> = {}): ExchangedPortalSessionAnswer {
  return {
    token: 'whp_1',
    id: 'pse_01k6zv1yqpe7rtqq6zjy2k3m4n',
    tenant_id: 'acme',
    capabilities: ['subscriptions:read', 'deliveries:read', 'deliveries:retry', 'payloads:read', 'replays:write'],
    subscription_ids: null,
    return_url: 'https://app.example.com/settings',
    refresh_url: null,
    theme: null,
    expires_at: '2026-01-31T13:00:00.000Z',
    ...given,
  };
}
