import type { FastifyInstance, FastifyRequest } from 'fastify';
import { DomainError, InvalidInput } from '../errors/domain-error.js';
import { LIMITS } from '../limits.js';
import { parseStrictJson } from './json.js';
import { type RouteOptions, routeOptionsOf } from './route-options.js';

export class UnsupportedMediaType extends DomainError {
  constructor(detail: string) {
    super('unsupported_media_type', 'unsupported_media_type', detail);
  }
}

/**
 * One parser for all bodies: bytes for routes that want bytes, JSON for the others, nothing else. No more is read than may be
 * sent. To be called before the routes are added.
 */
export function installBodyParser(fastify: FastifyInstance, maxPayloadBytes: number): void {
  fastify.addHook('onRoute', (route) => {
    const { rawBody } = (route.config ?? {}) as RouteOptions;
    route.bodyLimit = rawBody ? maxPayloadBytes : LIMITS.jsonBytes;
  });
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => {
    try {
      done(null, readBody(request, body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
}

function readBody(request: FastifyRequest, body: Buffer): unknown {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new UnsupportedMediaType(`Content-Encoding ${encoding} is not supported: send the body uncompressed.`);
  }
  const { rawBody, refusesBody } = routeOptionsOf(request);
  if (refusesBody) {
    if (body.length === 0) return undefined;
    throw new InvalidInput([{ pointer: '', detail: 'this call takes no body: send none' }]);
  }
  if (rawBody) return body;
  if (!isJson(request.headers['content-type'])) {
    throw new UnsupportedMediaType('Send JSON, with Content-Type: application/json.');
  }
  return parseStrictJson(body);
}

/** Whether a content type says JSON: `application/json` or any `+json`. */
export function isJson(contentType: string | undefined): boolean {
  const mediaType = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  return mediaType === 'application/json' || (mediaType?.endsWith('+json') ?? false);
}
