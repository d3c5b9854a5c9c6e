import type { Page } from '../../ui/pictures/browser.js';
import { createKey } from '../support/access.js';
import type { ApiClient } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { CAPABILITIES, type PortalLink, type PortalTerms } from '../support/portals.js';
import { respond } from '../support/scripted-receiver.js';
import { ExampleHost } from './example-host.js';
import { assertAccessibleInAllTabs } from './looks.js';
import { settled } from './screens.js';
import { assertAccessible, type Stage } from './stage.js';

/** What the browser says when it refuses to show a frame. */
const REFUSED_FRAME = /Refused to frame|frame-ancestors|Framing .* violates/i;
const HTML = {
  headers: { 'content-type': 'text/html' },
  body: '<!doctype html><title>Host</title><h1>Your settings</h1>',
};

type Frame = ReturnType<Page['frameLocator']>;

/** A tenant with a delivery that arrived and one that did not. */
async function customer(stage: Stage, name: string) {
  const { receiver } = stage;
  const tenant = await stage.tenant(name);
  receiver.script(`/${name}-bad`, respond(500, { body: 'it broke' }));
  for (const path of [`/${name}-good`, `/${name}-bad`]) {
    const retry = { max_attempts: 1 };
    await tenant.api.createSubscription({ target_url: receiver.url(path), event_type: 'order.created', retry });
  }
  const { event_id } = await tenant.api.broadcast('order.created', { order: 1 });
  await eventually(() => tenant.api.expect<{ data: unknown[] }>(200, 'GET', `/deliveries?event_id=${event_id}&status=delivered,failed`), { until: ({ data }) => data.length === 2 }); // prettier-ignore
  return tenant;
}

function linkTo(api: ApiClient, terms: PortalTerms): Promise<PortalLink> {
  return api.expect<PortalLink>(201, 'POST', '/portal-sessions', { body: terms });
}

/** A host that serves customers of all tenants, and lists itself for one. */
async function hostFor(stage: Stage, tenant: string): Promise<ExampleHost> {
  const { key } = await createKey(stage.api, { role: 'admin', tenant_id: null });
  const host = await ExampleHost.start({ service: stage.url, tenant, key });
  stage.endAfterVisits(() => host.stop());
  return host;
}

/** A row of the list, in a page or in a frame of one. */
function rowIn(page: Page | Frame, name: RegExp) {
  return page.getByRole('grid', { name: 'Deliveries' }).getByRole('row', { name });
}

function drawerIn(page: Page | Frame) {
  return page.getByRole('complementary', { name: 'Delivery' });
}

export function portalAccessible(stage: () => Stage): void {
  it('finds nothing that axe objects to, at any place and in any tab of what is there', async () => {
    const { api } = await customer(stage(), 'all-places');
    const { url } = await linkTo(api, { capabilities: CAPABILITIES, return_url: 'https://app.example.com/settings' });
    const page = await stage().visit(url);
    const places = page.getByRole('navigation', { name: 'Screens' }).getByRole('link');
    await settled(page);
    const names = await places.allTextContents();

    expect(names).toEqual(['Subscriptions', 'Deliveries', 'Events', 'Replays', 'Verify']);
    for (const [n] of names.entries()) {
      await page.setViewportSize({ width: 1440, height: 900 });
      await places.nth(n).click();
      await eventually(() => places.nth(n).getAttribute('aria-current'), { until: (current) => current === 'page' });
      await assertAccessibleInAllTabs(page);
    }
    await page.setViewportSize({ width: 1440, height: 900 });
    await places.nth(1).click();
    await rowIn(page, /failed/i).click();
    await drawerIn(page).getByRole('tab').first().waitFor();
    await assertAccessibleInAllTabs(page);
  });
}

export function portalByLink(stage: () => Stage): void {
  it('opens the portal by a link, sees what the link allows, and is led back when it ends', async () => {
    const { api } = await customer(stage(), 'by-link');
    stage().receiver.script('/settings', respond(200, HTML));
    const return_url = stage().receiver.url('/settings');
    const capabilities = ['deliveries:read', 'payloads:read'] as const;
    const link = await linkTo(api, { capabilities, return_url });
    const page = await stage().visit(link.url, { origins: [new URL(return_url).origin] });

    await rowIn(page, /failed/i).waitFor();
    expect(page.url()).toMatch(/\/portal\/deliveries\?tenant=by-link-\d+$/);
    const places = page.getByRole('navigation', { name: 'Screens' }).getByRole('link');
    expect(await places.allTextContents()).toEqual(expect.not.arrayContaining(['Subscriptions', 'Replays']));
    await rowIn(page, /failed/i).click();
    await drawerIn(page).getByText(/500/).first().waitFor();
    await drawerIn(page).getByRole('tab', { name: 'Payload' }).click();
    await drawerIn(page).getByText('"order": 1').waitFor();
    await assertAccessible(page);

    await api.expect(204, 'DELETE', `/portal-sessions/${link.id}`);
    await drawerIn(page).getByRole('button', { name: 'Close' }).click();
    await rowIn(page, /delivered/i).click();
    await page
      .getByText(/Your session has ended/)
      .first()
      .waitFor();
    // What was there is still there.
    await rowIn(page, /failed/i).waitFor();
    await page
      .getByRole('banner')
      .getByRole('link', { name: /^Back to/ })
      .click();
    await page.getByRole('heading', { name: 'Your settings' }).waitFor();
  });

  it('is told what to do with a link that was used, and after a reload', async () => {
    const { api } = await stage().tenant('used-link');
    const return_url = 'https://app.example.com/settings';
    const link = await linkTo(api, { capabilities: ['deliveries:read'], return_url });
    const page = await stage().visit(link.url);
    await page.getByRole('navigation', { name: 'Screens' }).waitFor();

    const other = await stage().visit(link.url);
    await other
      .getByRole('alert')
      .filter({ hasText: /used already.*open the portal again/ })
      .waitFor();
    await assertAccessible(other);
    await page.reload();

    await page
      .getByRole('alert')
      .filter({ hasText: /Reloading .* Go back to app\.example\.com/ })
      .waitFor();
  });
}

/** Where a host renews sessions, its customers notice nothing. */
export function portalRenewed(stage: () => Stage): void {
  it('goes on where it was after a reload, if the host has a page that renews the session', async () => {
    const { id: tenant } = await customer(stage(), 'renewed');
    const host = await hostFor(stage(), tenant);
    const page = await stage().visit(`${host.url}/open`, { origins: [host.url] });
    await page.getByRole('link', { name: 'Deliveries' }).click();
    await rowIn(page, /failed/i).click();
    await drawerIn(page).getByText(/500/).first().waitFor();
    const url = page.url();

    await page.reload();

    await drawerIn(page).getByText(/500/).first().waitFor();
    expect(page.url()).toBe(url);
  });
}

export function portalEmbedded(stage: () => Stage): void {
  it.each(['/element', '/frame'])('uses the portal in a page of another origin, at %s of the example', async (path) => {
    const { id: tenant, api } = await customer(stage(), `embedded${path.replace('/', '-')}`);
    const host = await hostFor(stage(), tenant);
    const page = await stage().visit(`${host.url}${path}`, { origins: [host.url] });
    const portal = page.frameLocator('iframe');
    await portal.getByRole('link', { name: 'Deliveries' }).click();
    await rowIn(portal, /failed/i).waitFor();
    await assertAccessible(page);

    // The host gives a new session, and the portal goes on where it was.
    const [, frame] = page.frames();
    await frame!.evaluate('window.isTheSame = true');
    await api.expect(204, 'DELETE', `/portal-sessions?tenant_id=${tenant}`);
    await rowIn(portal, /failed/i).click();
    await drawerIn(portal).getByText(/500/).first().waitFor();

    expect(await portal.getByText(/session has ended/i).count()).toBe(0);
    expect(await frame!.evaluate('window.isTheSame')).toBe(true);
    if (path === '/element') await eventually(() => heightOf(page), { until: (height) => height !== '' });
  });

  it('sees no portal in a page whose origin the tenant does not list', async () => {
    const { id: tenant } = await stage().tenant('not-listed');
    const host = await hostFor(stage(), tenant);
    const body = { frame_ancestors: ['https://app.example.com'] };
    await stage().api.expect(200, 'PATCH', `/tenants/${tenant}`, { body });
    await eventually(() => fetch(`${stage().url}/portal?tenant=${tenant}`), {
      until: ({ headers }) => headers.get('content-security-policy')?.includes('app.example.com') === true,
    });

    const page = await stage().visit(`${host.url}/frame`, { origins: [host.url], tolerates: REFUSED_FRAME });

    await eventually(() => page.frames().at(-1)?.url(), { until: (at) => at?.startsWith('chrome-error:') === true });
  });

  it('loads an element of less than 2 kB', async () => {
    const response = await fetch(`${stage().url}/portal/element.js`, { headers: { 'accept-encoding': 'identity' } });

    expect((await response.arrayBuffer()).byteLength).toBeLessThanOrEqual(2000);
  });
}

function heightOf(page: Page): Promise<string> {
  return page.evaluate<string>(`document.querySelector('webhook-portal').style.height`);
}
