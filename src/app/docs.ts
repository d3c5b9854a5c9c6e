import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import helmet from 'helmet';
import type { Settings } from '../shared/config/settings.js';
import { VERSION } from '../shared/version.js';
import { openApiDocument } from './openapi.js';
import { OPERATION_ORDER } from './operation-order.js';

/** The page loads nothing from other hosts. The operator decides whether it is served over https, behind a proxy. */
const CONTENT_SECURITY_POLICY = { 'upgrade-insecure-requests': null, 'script-src': ["'self'"], 'font-src': ["'self'"] };

const UI_FILES = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

/** URLs are relative, because a proxy may add a prefix to the path. */
const START = `const url = new URL('../openapi.json', document.currentScript.src).href;
const order = ${JSON.stringify(OPERATION_ORDER)};
const rank = (operation) => order.indexOf(operation.getIn(['operation', 'operationId']));
SwaggerUIBundle({ url, dom_id: '#swagger-ui', deepLinking: true, operationsSorter: (a, b) => rank(a) - rank(b) });
`;

const PIECE_BYTES = 65_536;

/** @param base path of the files, relative to the page */
const pageOf = (base: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Webhook Delivery Service</title>
<link rel="stylesheet" href="${base}swagger-ui.css">
<link rel="icon" type="image/png" href="${base}favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="${base}swagger-ui-bundle.js"></script>
<script src="${base}start.js"></script>
</body>
</html>
`;

/**
 * Serves the OpenAPI document, a page that shows it, and a welcome at the root of the service that leads there. All are
 * public and have no rate limit, so each response is rendered once, and all requests share its bytes. A client that
 * reads slowly costs no further memory.
 */
export function serveDocs(app: NestFastifyApplication, { adminPort }: Pick<Settings, 'adminPort'>): void {
  const fastify = app.getHttpAdapter().getInstance();
  const protect = helmet({ contentSecurityPolicy: { directives: CONTENT_SECURITY_POLICY }, hsts: false });
  fastify.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => {
    // Compares the route, because the path of the request can be spelled in several ways.
    if (!request.routeOptions.url?.startsWith('/docs')) done();
    else protect(request.raw, reply.raw, done as (error?: unknown) => void);
  });

  const serve = (path: string, type: string, make: () => Buffer): void => {
    let bytes: Buffer | undefined;
    fastify.get(path, (_: FastifyRequest, reply: FastifyReply) => {
      bytes ??= make();
      return reply
        .type(type)
        .header('content-length', bytes.length)
        .send(Readable.from(piecesOf(bytes), { highWaterMark: 1 }));
    });
  };
  const welcome = {
    name: 'Webhook Delivery Service',
    version: VERSION,
    docs: '/docs',
    openapi: '/openapi.json',
    // The port for operators serves it, if there is one.
    ...(adminPort === undefined && { health: '/health' }),
  };
  serve('/', 'application/json; charset=utf-8', () => Buffer.from(JSON.stringify(welcome)));
  serve('/openapi.json', 'application/json; charset=utf-8', () => {
    // The receiver of the local start, so that an event of the examples is really delivered.
    const hasEcho = fastify.hasRoute({ method: 'POST', url: '/echo/:bin' });
    return Buffer.from(JSON.stringify(openApiDocument(app, hasEcho ? `${ownUrl(fastify)}/echo/demo` : undefined)));
  });
  serve('/docs/start.js', 'text/javascript; charset=utf-8', () => Buffer.from(START));
  const uiPackage = import.meta.resolve('swagger-ui-dist/package.json');
  for (const [name, type] of Object.entries(UI_FILES)) {
    serve(`/docs/${name}`, type, () => readFileSync(new URL(name, uiPackage)));
  }
  const pages = [Buffer.from(pageOf('docs/')), Buffer.from(pageOf(''))] as const;
  fastify.get('/docs', ({ url }: FastifyRequest, reply: FastifyReply) =>
    reply.type('text/html; charset=utf-8').send(pages[/^[^?]*\/(\?|$)/.test(url) ? 1 : 0]),
  );
}

function ownUrl({ server }: FastifyInstance): string {
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}

/** Splits a response, so that other requests get a turn between the pieces: a write of megabytes blocks them all. */
async function* piecesOf(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    if (at > 0) await nextTurn();
    yield bytes.subarray(at, at + PIECE_BYTES);
  }
}
