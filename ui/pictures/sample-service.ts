import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContext, Route } from 'playwright-core';
import { SAMPLES } from './areas.ts';

export const ORIGIN = 'http://127.0.0.1:8000';

/** What the service sends with each page of the dashboard. */
const CSP = "default-src 'self';base-uri 'none';form-action 'self';frame-ancestors 'none';object-src 'none'";
const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  woff2: 'font/woff2',
};

/** A service of sample data: it answers every request of a browser, and nothing leaves the machine. */
export async function serveSamples(context: BrowserContext, dist: string, isOpen = true): Promise<void> {
  await context.addInitScript(keepStreamOpen);
  await context.route('**', async (route) => {
    const url = new URL(route.request().url());
    if (url.origin !== ORIGIN) return route.abort();
    const page = PAGES.find(({ path }) => url.pathname === path || url.pathname.startsWith(`${path}/`));
    return page === undefined
      ? serveApi(route, url, isOpen)
      : serveFile(route, join(dist, page.folder), { ...page, url, isOpen });
  });
}

/** Pages, and the files beside them. */
const PAGES = [
  { path: '/ui', folder: '', file: 'index.html' },
  { path: '/portal', folder: 'portal', file: 'portal.html' },
] as const;

interface Asked {
  readonly path: string;
  /** The page. */
  readonly file: string;
  readonly url: URL;
  readonly isOpen: boolean;
}

function serveFile(route: Route, folder: string, { path, file: page, url, isOpen }: Asked): Promise<void> {
  if (url.pathname === '/ui/config.json') {
    return route.fulfill({ json: { version: '0.2.0', access: isOpen ? 'open' : 'keys', has_echo: true } });
  }
  const file = join(folder, url.pathname.slice(path.length));
  const isFile = /\.\w+$/.test(url.pathname) && existsSync(file);
  const shown = isFile ? file : join(folder, page);
  return route.fulfill({
    body: readFileSync(shown),
    headers: {
      'content-type': TYPES[shown.split('.').at(-1) ?? ''] ?? 'application/octet-stream',
      'content-security-policy': CSP,
    },
  });
}

function serveApi(route: Route, { pathname, searchParams }: URL, isOpen: boolean): Promise<void> {
  if (!isOpen) return route.fulfill({ status: 401, json: {} });
  const answer = SAMPLES[`${route.request().method()} ${pathname}`] ?? SAMPLES[pathname];
  if (answer !== undefined) return route.fulfill(answer(searchParams, route.request().postData() ?? ''));
  return route.fulfill({
    status: 404,
    json: { title: 'Not found', detail: `There is no ${pathname}.`, request_id: 'sample' },
  });
}

/**
 * Runs in the page: a stream that says that it is there, and never ends. Routes can only answer at once. What a picture
 * puts into `sampleStream` arrives in it.
 */
function keepStreamOpen(): void {
  const { fetch } = globalThis;
  globalThis.fetch = (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    if (new URL(url, location.origin).pathname !== '/stream') return fetch(input, init);
    const body = new ReadableStream<Uint8Array>({
      start: (stream) => {
        const send = (text: string): void => stream.enqueue(new TextEncoder().encode(text));
        Object.assign(globalThis, { sampleStream: send });
        send('id: 1-0.0\n\n');
      },
    });
    return Promise.resolve(new Response(body, { headers: { 'content-type': 'text/event-stream' } }));
  };
}
