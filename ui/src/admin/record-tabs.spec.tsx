import { screen, waitFor, within } from '@testing-library/preact';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import type { AuditAnswer, LedgerEntry, SystemAnswer } from '../api/generated';
import { fakeApi, problem } from '../testing/fake-api';
import { renderApp } from '../testing/render-app';

const AT = '2026-01-31T12:00:00.000Z';
const user = userEvent.setup();

const pageOf = (...data: unknown[]) => ({ body: { data, has_more: false, next_cursor: null } });

const ENTRY: AuditAnswer = {
  id: 'aud_01k6zv1yqpe7rtqq6zjy2k3m4n',
  action: 'subscription.secret_read',
  target: 'sub_01k6zv1yqpe7rtqq6zjy2k3m4n',
  changed: [],
  tenant_id: 'acme',
  actor: 'key',
  key_id: 'key_01k6zv1yqpe7rtqq6zjy2k3m4n',
  session_id: null,
  session_actor: null,
  address: '203.0.113.7',
  request_id: 'req-7',
  created_at: AT,
};

describe('the audit log', () => {
  const NAMED = pageOf({ id: ENTRY.key_id, name: 'support desk' });

  it('says who did what from where, and shows an entry whole', async () => {
    fakeApi({ 'GET /audit': pageOf(ENTRY, { ...ENTRY, id: 'aud_2', actor: 'portal', session_actor: 'user-42' }), 'GET /keys': NAMED }); // prettier-ignore
    const view = renderApp('/admin?section=audit');

    expect(await screen.findByText('support desk')).toBeDefined();
    const [, first, second] = within(screen.getByRole('table', { name: 'Audit log' })).getAllByRole('row');
    expect(first?.textContent).toMatch(/support desk read the secret of.*203\.0\.113\.7/);
    expect(second?.textContent).toContain('Customer user-42');
    await user.click(within(first!).getByRole('button', { name: /show the entry/ }));

    expect((await screen.findByLabelText('JSON')).textContent).toContain('"request_id": "req-7"');
    expect(view.url()).toBe(`/admin?section=audit&open=${ENTRY.id}`);
  });

  it('asks for what the URL says, takes texts as filters, and is cleared', async () => {
    const api = fakeApi({ 'GET /audit': pageOf(), 'GET /keys': NAMED });
    const view = renderApp('/admin?section=audit&action=key.rotated');
    expect(await screen.findByText('Nothing matches')).toBeDefined();
    expect(api.requests).toContain('GET /audit?action=key.rotated&limit=50');

    await user.type(screen.getByLabelText('By'), 'ses_1{Enter}');
    await waitFor(() => expect(view.url()).toBe('/admin?section=audit&action=key.rotated&session_id=ses_1'));
    await user.click(await screen.findByRole('button', { name: 'Clear the filters' }));

    await waitFor(() => expect(view.url()).toBe('/admin?section=audit'));
    expect(await screen.findByText('Nothing has changed yet')).toBeDefined();
  });

  it('says why it cannot be read, and tries again', async () => {
    const api = fakeApi({
      'GET /audit': { status: 403, body: problem(403, 'Only admins read it.') },
      'GET /keys': NAMED,
    });
    renderApp('/admin?section=audit');
    expect(await screen.findByText('Only admins read it.')).toBeDefined();

    api.answer('GET /audit', pageOf(ENTRY));
    await user.click(screen.getByRole('button', { name: 'Try again' }));

    expect(await screen.findByText('203.0.113.7')).toBeDefined();
  });
});

describe('the ledger', () => {
  const hour = (at: string, accepted: number, delivered: number, agrees?: boolean): LedgerEntry => ({
    hour: at,
    tenant_id: 'default',
    accepted,
    delivered,
    failed: 1,
    cancelled: 0,
    unfinished: 0,
    difference: accepted - delivered - 1,
    ...(agrees !== undefined && { sums_agree: agrees }),
  });
  const totals = (difference: number) => ({
    accepted: 1200,
    delivered: 1198 - difference,
    failed: 2,
    cancelled: 0,
    unfinished: 0,
    difference,
  });

  it('adds hours up to days, and counts the history of one again on request', async () => {
    const hours = [hour('2026-01-31T10:00:00.000Z', 100, 99), hour('2026-01-31T09:00:00.000Z', 1100, 1099)];
    const api = fakeApi({});
    api.answer('GET /ledger', ({ searchParams }) => ({
      body: searchParams.has('verify')
        ? { data: [hour('2026-01-31T09:00:00.000Z', 1, 0, true)], totals: totals(0), sums_agree: true }
        : { data: hours, totals: totals(0) },
    }));
    renderApp('/admin?section=ledger&days=31');

    const row = (await screen.findByRole('button', { name: 'Count again: 2026-01-31' })).closest('tr');
    expect(row?.textContent).toMatch(/2026-01-311,2001,198200 0Count again/);
    expect(api.requests.filter((each) => each.includes('verify'))).toEqual([]);
    await user.click(screen.getByRole('button', { name: 'Count again: 2026-01-31' }));

    expect(await screen.findByText('Agrees')).toBeDefined();
    expect(api.requests.some((each) => /since=2026-01-31T00.*until=2026-02-01T00.*verify=true/.test(decodeURIComponent(each)))).toBe(true); // prettier-ignore
  });

  it('calls a difference a defect', async () => {
    fakeApi({ 'GET /ledger': { body: { data: [hour('2026-01-31T10:00:00.000Z', 100, 90)], totals: totals(9) } } });
    renderApp('/admin?section=ledger');

    expect((await screen.findByRole('alert')).textContent).toContain('9 that are missing. This is a defect');
  });
});

describe('the system', () => {
  const PROCESS = {
    id: 'p1',
    role: 'api',
    version: '0.1.0',
    node_version: '24.9.0',
    host: 'host-1',
    pid: 17,
    started_at: AT,
  };
  const SYSTEM: SystemAnswer = {
    version: '0.1.0',
    schema: { version: 'Sessions1', applied: 22, pending: 0 },
    processes: [PROCESS, { ...PROCESS, id: 'p2', role: 'worker', version: '0.0.9' }],
    processes_complete: true,
    database: {
      version: '16.4',
      size_bytes: 61_000_000,
      started_at: AT,
      connections: 12,
      max_connections: 100,
      days: [{ day: '2026-01-31', size_bytes: 5_000_000, tables: [{ name: 'events', size_bytes: 1, estimated_rows: 1200 }] }], // prettier-ignore
      tables: [{ name: 'tenants', size_bytes: 8192, estimated_rows: null }],
    },
    redis: { state: 'up', version: '7.2.4', used_bytes: 2_000_000, max_bytes: null, servers: 1 },
    settings: [
      { name: 'MAX_RETRIES', value: '8', source: 'file', description: 'Attempts.' },
      { name: 'WEBHOOK_TIMEOUT', value: '15', source: 'default', description: 'Time.' },
      { name: 'ENCRYPTION_KEY', value: '[redacted]', source: 'environment', description: 'Key.' },
    ],
  };

  it('shows processes, sizes, and the settings that somebody made; the others on request, in the URL', async () => {
    fakeApi({ 'GET /system': { body: SYSTEM } });
    const view = renderApp('/admin?section=system');

    expect(await screen.findByText('0.0.9, here 0.1.0')).toBeDefined();
    expect(screen.getByRole('table', { name: 'Partitions' }).textContent).toContain('2026-01-311,200––5.0 MB');
    expect(screen.queryByText('WEBHOOK_TIMEOUT')).toBeNull();
    await user.click(screen.getByLabelText('Also the 1 default'));

    expect(await screen.findByText('WEBHOOK_TIMEOUT')).toBeDefined();
    expect(view.url()).toBe('/admin?section=system&show=all');
  });

  it.each([
    ['no worker is running', { processes: [PROCESS] }, /nothing is delivered/],
    [
      'only Redis knows the other processes',
      { processes: [PROCESS], processes_complete: false },
      /Redis does not answer/,
    ],
  ])('warns when %s', async (_, given, words) => {
    fakeApi({ 'GET /system': { body: { ...SYSTEM, ...given } } });
    renderApp('/admin?section=system');

    expect(await screen.findByText(words)).toBeDefined();
  });
});
