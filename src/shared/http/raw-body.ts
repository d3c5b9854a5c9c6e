import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { InvalidInput } from '../errors/domain-error.js';
import { LIMITS } from '../limits.js';
import { BodyTooLarge, notJson, uncompressed } from './body-errors.js';
import { parseStrictJson } from './json.js';
import { type RouteOptions, routeOptionsOf } from './route-options.js';

const EMPTY_OBJECT = /^\s*\{\s*\}\s*$/;
/** Longer bodies are not compared with an empty object. */
const MAX_EMPTY_BYTES = 64;

/**
 * Installs one parser for all bodies: raw bytes for routes with `rawBody`, strict JSON for all others. It stops reading
 * at the size limit. Call this before the routes are added.
 */
export function installBodyParser(fastify: FastifyInstance, maxPayloadBytes: number): void {
  fastify.addHook('onRoute', (route) => {
    const { rawBody } = (route.config ?? {}) as RouteOptions;
    route.bodyLimit = rawBody ? maxPayloadBytes : LIMITS.jsonBytes;
  });
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (request, payload, done) => {
    collect(request, payload, (error, body) => {
      if (body === undefined) {
        done(error);
        return;
      }
      try {
        done(null, readBody(request, body));
      } catch (fault) {
        done(fault as Error);
      }
    });
  });
}

/** Reads a body until its end or until it is refused. Fastify closes the connection after an error. */
function collect(
  request: FastifyRequest,
  payload: IncomingMessage,
  done: (error: Error | null, body?: Buffer) => void,
): void {
  const { bodyLimit } = request.routeOptions;
  const { intake } = request;
  if (Number(request.headers['content-length']) > bodyLimit) {
    done(tooLarge(request));
    return;
  }
  const chunks: Buffer[] = [];
  let length = 0;
  const end = (error: Error | null): void => {
    payload.off('data', onData).off('end', onEnd).off('error', onError);
    if (error !== null) done(error);
    // Nearly all bodies arrive in one chunk, which need not be copied.
    else done(null, chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, length));
  };
  const onData = (chunk: Buffer): void => {
    length += chunk.length;
    if (length > bodyLimit) {
      end(tooLarge(request));
      return;
    }
    const refusal = intake?.addBytes(chunk.length);
    if (refusal) end(refusal);
    else chunks.push(chunk);
  };
  const onEnd = (): void => {
    end(intake?.complete() ?? null);
  };
  const onError = (cause: Error): void => {
    end(new BodyBroken(cause));
  };
  payload.on('data', onData).on('end', onEnd).on('error', onError);
}

/** The limit on payloads is a setting. */
function tooLarge(request: FastifyRequest): BodyTooLarge {
  return new BodyTooLarge(request.routeOptions.bodyLimit, routeOptionsOf(request).rawBody ? 'payload' : 'json');
}

/** The client has disconnected, or the body was malformed. */
class BodyBroken extends Error {
  readonly statusCode = 400;

  constructor(cause: Error) {
    super('The body is incomplete.', { cause });
  }
}

function readBody(request: FastifyRequest, body: Buffer): unknown {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw uncompressed(encoding);
  }
  const { rawBody, refusesBody, bodyIsOptional } = routeOptionsOf(request);
  if (rawBody) return body;
  if ((refusesBody || bodyIsOptional) && isEmptyBody(body)) return undefined;
  if (refusesBody) {
    throw new InvalidInput([{ pointer: '', detail: 'must be empty or {}, because this operation takes no body' }]);
  }
  const contentType = request.headers['content-type'];
  if (!isJson(contentType)) throw notJson(contentType);
  return parseStrictJson(body);
}

/**
 * Whether a body is as good as none. Clients that cannot send a POST without one send an empty one or {}, of any type.
 */
export function isEmptyBody(body: Buffer): boolean {
  return body.length === 0 || (body.length <= MAX_EMPTY_BYTES && EMPTY_OBJECT.test(body.toString('latin1')));
}

/** Whether a content type is JSON: `application/json` or any `+json`. */
export function isJson(contentType: string | undefined): boolean {
  const mediaType = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  return mediaType === 'application/json' || (mediaType?.endsWith('+json') ?? false);
}
