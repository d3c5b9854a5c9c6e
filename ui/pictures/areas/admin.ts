import type { Page } from 'playwright-core';
import { type Area, pageOf } from '../area.ts';
import { AUDIT, KEYS, ledgerFor, PORTALS, SESSIONS, SYSTEM, TENANTS } from '../sample-admin.ts';
import { DAY, inMs, LEDGER, MINUTE, NOW, SESSION } from '../sample-data.ts';

const ENDED = { status: 401, json: { title: 'Unauthorized', detail: 'This session has ended.', request_id: 'sample' } };
const CREATED_KEY = `${KEYS[0]!.id.replace('key_', 'whk_')}_2bYyQJ4bq1Xo4C3pX8p0W0m4p0mXwq3yq8k8l4o3m2E`;

export const ADMIN_AREA: Area = {
  shots: [
    { name: 'tenants', path: '/admin' },
    { name: 'tenant', path: '/admin?open=acme' },
    { name: 'tenant-deletion', path: '/admin?open=globex', act: (page) => page.getByText('Delete…').click() },
    { name: 'api-keys', path: '/admin?section=keys' },
    { name: 'new-key', path: '/admin?section=keys&new=key' },
    { name: 'key-shown-once', path: '/admin?section=keys&new=key', act: (page) => makeKey(page) },
    { name: 'key-revocation', path: `/admin?section=keys&open=${KEYS[1]!.id}` },
    { name: 'sessions', path: '/admin?section=sessions' },
    { name: 'portal-links', path: '/admin?section=portals' },
    { name: 'new-portal-link', path: '/admin?section=portals&new=portal' },
    { name: 'audit', path: '/admin?section=audit' },
    { name: 'audit-entry', path: `/admin?section=audit&open=${AUDIT[0]!.id}` },
    { name: 'ledger', path: '/admin?section=ledger', act: (page) => countAgain(page) },
    { name: 'system', path: '/admin?section=system' },
    { name: 'session-ended', path: '/admin', act: (page) => endSession(page) },
    { name: 'session-end', path: '/admin', act: (page) => nearEnd(page) },
  ],
  answers: {
    '/tenants': () => pageOf(TENANTS),
    '/keys': () => pageOf(KEYS),
    '/sessions': () => pageOf(SESSIONS),
    '/portal-sessions': () => pageOf(PORTALS),
    '/audit': () => pageOf(AUDIT),
    '/system': () => ({ json: SYSTEM }),
    '/ledger': (query) => ({ json: query.has('since') ? ledgerFor(daysIn(query), query.has('verify')) : LEDGER }),
  },
};

function daysIn(query: URLSearchParams): number {
  return Math.round((Date.parse(query.get('until') ?? '') - Date.parse(query.get('since') ?? '')) / DAY);
}

/** The service of the samples answers only what does not change, so this one answer is given here. */
async function makeKey(page: Page): Promise<void> {
  await page.route('**/keys', (route) => route.fulfill({ status: 201, json: { ...KEYS[0], key: CREATED_KEY } }));
  await page.getByText('Create the key').click();
  await page.getByText('Copy the key').waitFor();
}

async function signIn(page: Page): Promise<void> {
  const session = { ...SESSION, access: 'session', id: SESSIONS[0]!.id, expires_at: inMs(30 * MINUTE) };
  await page.route('**/session', (route) => route.fulfill({ json: session }));
  await page.reload({ waitUntil: 'networkidle' });
}

async function endSession(page: Page): Promise<void> {
  await signIn(page);
  await page.route(/\/keys\?/, (route) => route.fulfill(ENDED));
  await page.getByRole('tab', { name: 'API keys' }).click();
  await page.getByText('Sign in to go on').waitFor();
}

async function nearEnd(page: Page): Promise<void> {
  await signIn(page);
  await page.clock.setFixedTime(NOW + 27 * MINUTE);
  await page.getByText('Your session ends').waitFor();
}

/** Phones have no place for it. */
async function countAgain(page: Page): Promise<void> {
  const button = page.getByRole('button', { name: 'Count again: 2026-11-28' });
  if (await button.isVisible()) await button.click();
}
