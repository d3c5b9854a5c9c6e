import type { Page } from 'playwright-core';
import type { ExchangedPortalSessionAnswer } from '../../src/api/generated/index.ts';
import type { Area } from '../area.ts';
import { DELIVERY, HOUR, NOW } from '../sample-data.ts';

const TERMS: ExchangedPortalSessionAnswer = {
  id: 'pse_01kb8m2dgjye1v8qv6w0r3t5xz',
  token: 'whp_sample',
  tenant_id: 'acme',
  capabilities: [
    'subscriptions:read',
    'subscriptions:write',
    'subscriptions:test',
    'secrets:read',
    'deliveries:read',
    'deliveries:retry',
    'payloads:read',
    'replays:write',
  ],
  subscription_ids: null,
  return_url: 'https://app.example.com/settings',
  refresh_url: null,
  theme: null,
  expires_at: new Date(NOW + HOUR).toISOString(),
};

/** What the code of a link gets. */
const SESSIONS: Readonly<Record<string, Partial<ExchangedPortalSessionAnswer>>> = {
  full: {},
  narrow: { capabilities: ['deliveries:read'] },
  themed: { theme: { primary: '#0f766e', background: '#f4fbf9', foreground: '#12302c', radius: 10 } },
  dark: { theme: { mode: 'dark', primary: '#f59e0b', background: '#14161f', foreground: '#e8eaf2', radius: 2 } },
};

const USED = {
  type: 'about:blank',
  title: 'Unauthorized',
  status: 401,
  detail:
    'This link was used already, and each works only once. Go back to the page that led you here, and open the portal again.',
  instance: '/portal-sessions/exchange',
  code: 'portal_code_used',
  request_id: 'sample',
};

const ENDED = {
  ...USED,
  detail: 'The session has ended. Open the portal again from the page that led you here.',
  code: 'session_ended',
};

async function endSession(page: Page): Promise<void> {
  await page.route(/\/deliveries\/dlv_/, (route) => route.fulfill({ status: 401, json: ENDED }));
  await page.getByRole('row').nth(2).click();
  await page
    .getByText(/session has ended/i)
    .first()
    .waitFor();
}

const at = (path: string, code: string): string => `/portal${path}?tenant=acme#code=${code}`;

/** The customers' portal. */
export const PORTAL_AREA: Area = {
  shots: [
    { name: 'portal-subscriptions', path: at('', 'full') },
    { name: 'portal-deliveries', path: at('/deliveries', 'full') },
    { name: 'portal-delivery', path: at(`/deliveries/${DELIVERY.id}`, 'full') },
    { name: 'portal-narrow', path: at(`/deliveries/${DELIVERY.id}`, 'narrow') },
    { name: 'portal-themed', path: at(`/deliveries/${DELIVERY.id}`, 'themed') },
    { name: 'portal-themed-dark', path: at('/deliveries', 'dark') },
    { name: 'portal-used', path: at('', 'used') },
    { name: 'portal-reloaded', path: '/portal/deliveries?tenant=acme' },
    { name: 'portal-ended', path: at('/deliveries', 'full'), act: endSession },
  ],
  answers: {
    '/portal-sessions/exchange': (_, body) => {
      const { code } = JSON.parse(body) as { code: string };
      if (code === 'used') return { status: 401, json: USED };
      return { json: { ...TERMS, ...SESSIONS[code], token: `whp_${code}` } };
    },
  },
};
