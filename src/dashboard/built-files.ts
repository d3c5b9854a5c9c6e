import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RouteOptions } from '../shared/http/route-options.js';
import { NOT_BUILT, RELOAD_SECONDS } from './pages.js';

/** What `npm run ui:build` makes, as seen from the compiled file. */
export const BUILT = fileURLToPath(new URL('../../../ui/dist/', import.meta.url));

/** The files hold no tenant's data. A page may have any query, because its state is in the URL. */
export const PUBLIC: RouteOptions = { permission: 'none', takesQuery: true };

/** What a file with a hash in its name is sent with: a year, which is the longest there is. */
const IMMUTABLE = { maxAge: '365d', immutable: true };
/** Files beside a page whose names have no hash. */
const NAMED_FILE = /^[\w-]+\.(js|svg|png|ico|webmanifest)$/;

type File = FastifyRequest<{ Params: { '*': string } }>;

/** Files that may appear later: until then, a page says that they are being built. */
export class BuiltFiles {
  constructor(
    private readonly fastify: FastifyInstance,
    private readonly directory: string,
  ) {
    // Adds `sendFile` only. The routes are our own, because each kind of file is cached differently.
    void fastify.register(fastifyStatic, { serve: false, root: directory, preCompressed: true });
  }

  /**
   * Serves a page at a path and below it, beside the files that it loads.
   *
   * @param path of the page, such as `/ui`
   * @param page its file in the directory. What it loads is beside it
   */
  serve(path: string, page: string): void {
    const config = PUBLIC;
    const folder = page.replace(/[^/]*$/, '');
    const sendPage = (reply: FastifyReply): FastifyReply => this.sendPage(reply, page);
    this.fastify.get(path, { config }, (_, reply) => sendPage(reply));
    this.fastify.get(`${path}/assets/*`, { config }, ({ params }: File, reply) =>
      this.sendForGood(reply, `${folder}assets/${params['*']}`),
    );
    this.fastify.get(`${path}/*`, { config }, ({ params: { '*': file } }: File, reply) =>
      NAMED_FILE.test(file) ? this.send(reply, `${folder}${file}`, 'no-cache') : sendPage(reply),
    );
  }

  send(reply: FastifyReply, file: string, caching: string): FastifyReply {
    return reply.header('cache-control', caching).sendFile(file, this.directory, { cacheControl: false });
  }

  /** Only a file that is there may be kept: another version of the service, in a rolling update, may have it later. */
  private sendForGood(reply: FastifyReply, file: string): FastifyReply {
    return reply.header('cache-control', 'no-store').sendFile(file, this.directory, IMMUTABLE);
  }

  private sendPage(reply: FastifyReply, page: string): FastifyReply {
    if (existsSync(join(this.directory, page))) return this.send(reply, page, 'no-store');
    return reply
      .status(503)
      .headers({ 'cache-control': 'no-store', 'retry-after': RELOAD_SECONDS })
      .type('text/html; charset=utf-8')
      .send(NOT_BUILT);
  }
}
