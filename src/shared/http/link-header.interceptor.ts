import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { map, type Observable } from 'rxjs';
import type { Page } from './page.js';
import type { TwoWayPage } from './two-way-page.js';

type Pages = Page<unknown> & Partial<Pick<TwoWayPage<unknown>, 'prev_cursor'>>;

/** Adds a `Link` header with the URLs of the next page and of the previous one, as far as there are any (RFC 8288). */
@Injectable()
export class LinkHeaderInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler<Pages>): Observable<Pages> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return next.handle().pipe(
      map((page) => {
        const links = [
          ...linkTo('next', request.url, page.next_cursor),
          ...linkTo('prev', request.url, page.prev_cursor ?? null),
        ];
        if (links.length > 0) void reply.header('link', links.join(', '));
        return page;
      }),
    );
  }
}

/** The URL has no scheme and host, because a proxy may have changed them. */
function linkTo(relation: string, url: string, cursor: string | null): string[] {
  if (cursor === null) return [];
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  searchParams.set('cursor', cursor);
  return [`<${pathname}?${searchParams.toString()}>; rel="${relation}"`];
}
