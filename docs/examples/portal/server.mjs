// A page that shows its customers the portal in three ways: as a link, in a frame, and by the element.
//
//   npm start                                  in one terminal: the service, at http://127.0.0.1:8000
//   node docs/examples/portal/server.mjs       in another: this page, at http://localhost:4000
//
// SERVICE_URL, TENANT, API_KEY (an admin key of all tenants; a local start needs none) and PORT change that. The server
// has no dependencies and no users: yours knows who is signed in, and opens the portal of their tenant only.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const { SERVICE_URL = 'http://127.0.0.1:8000', TENANT = 'default', API_KEY, PORT = '4000' } = process.env;
const PAGES = { '/': 'index.html', '/frame': 'frame.html', '/element': 'element.html' };

/** Calls the API with the admin key, which never leaves this server. */
async function call(method, path, body) {
  const response = await fetch(`${SERVICE_URL}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...(API_KEY && { authorization: `Bearer ${API_KEY}` }) },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${method} ${path}: ${answer.detail}`);
  return answer;
}

/** A link that works once, within a minute. So it is made when it is wanted, and never stored. */
async function linkToPortal() {
  const { url } = await call('POST', '/portal-sessions', {
    tenant_id: TENANT,
    capabilities: ['subscriptions:read', 'subscriptions:write', 'subscriptions:test', 'secrets:read'].concat([
      'deliveries:read',
      'deliveries:retry',
      'payloads:read',
      'replays:write',
    ]),
    return_url: `${origin}/`,
    refresh_url: `${origin}/open`,
    theme: { primary: '#0f766e', radius: 8 },
    actor: 'user-42',
  });
  return url;
}

const server = createServer((request, response) => {
  answer(request, response).catch((error) => {
    console.error(error.message);
    response.writeHead(502, { 'content-type': 'text/plain' }).end('The portal cannot be opened now. Try again later.');
  });
});

async function answer({ method, url }, response) {
  const { pathname } = new URL(url, origin);
  if (method === 'GET' && pathname === '/open') {
    response.writeHead(303, { location: await linkToPortal(), 'cache-control': 'no-store' }).end();
  } else if (method === 'POST' && pathname === '/portal-link') {
    response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify({ url: await linkToPortal() }));
  } else if (method === 'GET' && Object.hasOwn(PAGES, pathname)) {
    const page = readFileSync(new URL(PAGES[pathname], import.meta.url), 'utf8');
    response.writeHead(200, headers()).end(page.replaceAll('{{SERVICE_URL}}', SERVICE_URL));
  } else if (method === 'GET' && /^\/(frame|element)\.js$/.test(pathname)) {
    const script = readFileSync(new URL(`.${pathname}`, import.meta.url));
    response.writeHead(200, { 'content-type': 'text/javascript; charset=utf-8' }).end(script);
  } else {
    response.writeHead(404).end();
  }
}

/** All that the page needs of the service: its script, and its frame. */
function headers() {
  const policy = `default-src 'self'; script-src 'self' ${SERVICE_URL}; frame-src ${SERVICE_URL} 'self'`;
  return { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy };
}

await new Promise((resolve) => server.listen(Number(PORT), '127.0.0.1', resolve));
const origin = `http://localhost:${server.address().port}`;
// Once for each tenant, and not at each start: it replaces the list.
await call('PATCH', `/tenants/${TENANT}`, { frame_ancestors: [origin] });
console.log(`The page of the host is at ${origin}/`);
