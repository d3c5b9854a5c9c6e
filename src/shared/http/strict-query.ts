import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Fault, InvalidInput } from '../errors/domain-error.js';
import { UNKNOWN_FIELD } from './input-fields.js';
import { routeOptionsOf } from './route-options.js';

/** Whether a handler has a query parameter. Call this only after its parameters are decorated. */
export function takesQuery(controller: object, handler: string | symbol): boolean {
  const parameters = Reflect.getMetadata(ROUTE_ARGS_METADATA, controller.constructor, handler) as object | undefined;
  return Object.keys(parameters ?? {}).some((name) => name.startsWith(`${RouteParamtypes.QUERY}:`));
}

/**
 * Refuses query parameters on routes that read none: if they were ignored, a filter would seem to match everything. And
 * refuses what cannot be decoded, which would otherwise be taken literally.
 */
export function refuseUnreadQueries(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request: FastifyRequest, _reply: FastifyReply, done: (error?: Error) => void) => {
    const at = request.url.indexOf('?');
    const { permission, takesQuery: isRead } = routeOptionsOf(request);
    if (at === -1 || at === request.url.length - 1 || permission === undefined) {
      done();
      return;
    }
    if (isRead) {
      const faults = undecodable(request.url.slice(at + 1));
      done(faults.length > 0 ? new InvalidInput(faults) : undefined);
      return;
    }
    const names = [...new Set(new URLSearchParams(request.url.slice(at)).keys())];
    done(new InvalidInput(names.map((name) => ({ pointer: name, detail: UNKNOWN_FIELD }))));
  });
}

/** Faults of the parameters that are no UTF-8 in percent-encoding. */
function undecodable(query: string): Fault[] {
  if (!query.includes('%')) return [];
  const detail = 'cannot be decoded; percent-encode it as UTF-8, and a percent sign as %25';
  const broken = query.split('&').filter((parameter) => !isDecodable(parameter));
  return broken.map((parameter) => ({ pointer: parameter.split('=', 1)[0] ?? '', detail }));
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
