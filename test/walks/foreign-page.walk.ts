import type { Page } from '../../ui/pictures/browser.js';
import { eventually } from '../support/eventually.js';
import { respond } from '../support/scripted-receiver.js';
import { deliveryRow } from './screens.js';
import type { Stage } from './stage.js';

const HTML = {
  headers: { 'content-type': 'text/html' },
  body: '<!doctype html><title>Foreign</title><h1>Foreign</h1>',
};
/** What the browser says when it keeps a page of another origin from something. */
const KEPT_OUT = /CORS policy|Refused to frame|frame-ancestors|violates the following Content Security Policy/i;
/** The service is at 127.0.0.1: the same name with another port is the same site, and only the origin differs. */
const ORIGINS = [
  ['another site', 'localhost'],
  ['another port of the same site', '127.0.0.1'],
] as const;

export function foreignPage(stage: () => Stage): void {
  it.each(ORIGINS)('is of %s, and can neither use the cookie nor frame the dashboard', async (_, host) => {
    const { receiver, url } = stage();
    const { key, api } = await stage().tenant('foreign');
    await api.createSubscription({ target_url: receiver.url('/foreign'), event_type: 'order.created' });
    receiver.script('/foreign-page', respond(200, HTML));
    const foreign = receiver.url('/foreign-page').replace('127.0.0.1', host);
    const origins = [new URL(foreign).origin];
    const page = await stage().visitAs(key, '/ui/deliveries', { origins, tolerates: KEPT_OUT });
    await page.getByRole('heading', { name: 'Deliveries', exact: true }).waitFor();
    await page.goto(foreign);

    expect(await outcomesOf(page, url)).toEqual({ read: 'TypeError', written: 'opaque', withHeader: 'TypeError' });

    await page.evaluate(`document.body.append(Object.assign(document.createElement('iframe'), { src: '${url}/ui' }))`);
    await eventually(() => page.frames().at(-1)?.url(), { until: (at) => at?.startsWith('chrome-error:') === true });
    expect(await api.expect(200, 'GET', '/events')).toMatchObject({ data: [] });
    // The session is still there, and does for its own page what it did not do for the other.
    await api.broadcast('order.created', { n: 1 });
    await page.goto(new URL('/ui/deliveries', url).href);
    await deliveryRow(page, /delivered/i).waitFor();
  });
}

/**
 * What a page gets from requests with the cookie: one to read, one that a form could send, and one with the header that
 * the service asks for.
 */
function outcomesOf(page: Page, url: string): Promise<unknown> {
  return page.evaluate(`(async () => {
    const outcome = (path, init) =>
      fetch('${url}' + path, { credentials: 'include', ...init }).then((answer) => answer.type, (error) => error.name);
    const body = '{"n":1}';
    const headers = { 'x-requested-with': 'webhooks', 'content-type': 'application/json' };
    return {
      read: await outcome('/subscriptions', {}),
      written: await outcome('/webhooks/order.created', { method: 'POST', mode: 'no-cors', body }),
      withHeader: await outcome('/webhooks/order.created', { method: 'POST', headers, body }),
    };
  })()`);
}
