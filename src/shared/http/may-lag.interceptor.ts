import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { type Observable, tap } from 'rxjs';
import { Reads } from '../database/reads.js';

/** The response header of routes that may lag, for the OpenAPI document. */
export const DATA_AS_OF = {
  'X-Data-As-Of': {
    description:
      'The time up to which the answer is complete. Present only if it comes from a read replica and may lack what was ' +
      'committed more than a second ago.',
    schema: { type: 'string' as const, format: 'date-time' },
    example: '2026-11-03T14:05:10.000Z',
  },
};

/**
 * Lets a route read from the replica, and says in `X-Data-As-Of` up to when its answer is complete, if that is more
 * than a second ago. Not for a route that a client calls to see what it has just done.
 */
@Injectable()
export class MayLagInterceptor implements NestInterceptor {
  constructor(private readonly reads: Reads) {}

  intercept(context: ExecutionContext, next: CallHandler<unknown>): Observable<unknown> {
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    let asOfMs = Infinity;
    const noteOld = (ms: number): void => {
      asOfMs = Math.min(asOfMs, ms);
    };
    return this.reads
      .allowLag(noteOld, () => next.handle())
      .pipe(
        tap(() => {
          if (asOfMs < Infinity) void reply.header('x-data-as-of', new Date(asOfMs).toISOString());
        }),
      );
  }
}
