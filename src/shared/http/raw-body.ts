import type { FastifyInstance, FastifyRequest } from 'fastify';
import { DomainError, InvalidInput } from '../errors/domain-error.js';
import { LIMITS } from '../limits.js';
import { parseStrictJson } from './json.js';
import { routeOptionsOf } from './route-options.js';

export class UnsupportedMediaType extends DomainError {
  constructor(detail: string) {
    super('unsupported_media_type', 'unsupported_media_type', detail);
  }
}

class BodyTooLarge extends DomainError {
  constructor(limit: number) {
    super('too_large', 'too_large', `The body is larger than ${limit} bytes.`);
  }
}

/** One parser for all bodies: bytes for routes that want bytes, JSON for the others, nothing else. */
export function installBodyParser(fastify: FastifyInstance, maxPayloadBytes: number): void {
  const bodyLimit = Math.max(maxPayloadBytes, LIMITS.jsonBytes);
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit }, (request, body, done) => {
    try {
      done(null, readBody(request, body as Buffer, maxPayloadBytes));
    } catch (error) {
      done(error as Error);
    }
  });
}

function readBody(request: FastifyRequest, body: Buffer, maxPayloadBytes: number): unknown {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new UnsupportedMediaType(`Content-Encoding ${encoding} is not supported: send the body uncompressed.`);
  }
  const { rawBody, refusesBody } = routeOptionsOf(request);
  if (refusesBody) {
    if (body.length === 0) return undefined;
    throw new InvalidInput([{ pointer: '', detail: 'this call takes no body: send none' }]);
  }
  if (rawBody) {
    if (body.length > maxPayloadBytes) throw new BodyTooLarge(maxPayloadBytes);
    return body;
  }
  if (body.length > LIMITS.jsonBytes) throw new BodyTooLarge(LIMITS.jsonBytes);
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
