import { ApiResponse } from '@nestjs/swagger';
import { type DomainError, InvalidInput, Unavailable } from '../errors/domain-error.js';
import { LIMITS } from '../limits.js';
import { INTERNAL_ERROR, Problem, PROBLEM_CONTENT_TYPE, problemFrom, problemOf, TITLES } from './problem.js';
import { BodyTooLarge, uncompressed } from './body-errors.js';
import { UNKNOWN_FIELD } from './input-fields.js';

export const PROBLEM_MEDIA_TYPE = PROBLEM_CONTENT_TYPE.split(';', 1)[0] ?? '';

/** The path is set per operation; see `app/openapi.ts`. */
const CONTEXT = { path: '/', requestId: '0198c1a2-7b3e-7000-8000-1f2e3d4c5b6a' };
const EXAMPLES = Symbol('problem examples');

/** Errors that any operation may return with these statuses. */
const GENERAL: Readonly<Record<number, Problem>> = {
  413: problemFrom(new BodyTooLarge(LIMITS.jsonBytes), CONTEXT),
  415: problemFrom(uncompressed('gzip'), CONTEXT),
  422: problemFrom(new InvalidInput([{ pointer: 'verbose', detail: UNKNOWN_FIELD }]), CONTEXT),
  500: problemOf(500, 'internal_error', INTERNAL_ERROR, CONTEXT),
  503: problemFrom(new Unavailable('The database does not answer.'), CONTEXT),
};

/** Response headers of an error, by status. */
const RETRY_AFTER = { 'Retry-After': { description: 'Seconds to wait', schema: { type: 'integer' as const } } };
const HEADERS: Readonly<
  Record<number, Record<string, { description: string; schema: { type: 'integer' | 'string' } }>>
> = {
  429: {
    ...RETRY_AFTER,
    RateLimit: { description: 'What is left of the limit, and when it is full again', schema: { type: 'string' } },
    'RateLimit-Policy': { description: 'The limit', schema: { type: 'string' } },
  },
  503: RETRY_AFTER,
};

type Examples = Record<string, { summary: string; value: Problem }>;

/**
 * Documents the error responses of an operation. An error becomes an example of its status, exactly as the service
 * sends it; a status gets a general example. 500 and 503 are added, because every operation may return them. The
 * decorator can be repeated.
 */
export function ApiProblems(...errors: (number | DomainError)[]): MethodDecorator {
  return (target, key, descriptor) => {
    const handler = descriptor.value as object;
    const known = (Reflect.getMetadata(EXAMPLES, handler) ?? {}) as Record<number, Examples>;
    for (const error of [...errors, 500, 503]) {
      const problem = typeof error === 'number' ? GENERAL[error] : problemFrom(error, CONTEXT);
      const status = typeof error === 'number' ? error : (problem?.status ?? 500);
      const examples = known[status] ?? {};
      // Decorators run from the bottom up, so the errors of the operation itself come before those of all operations.
      if (problem) examples[problem.code] ??= { summary: problem.code, value: problem };
      if (known[status] === undefined) respond(status, examples)(target, key, descriptor);
      known[status] = examples;
    }
    Reflect.defineMetadata(EXAMPLES, known, handler);
  };
}

/** @param examples later errors with this status are added to it */
function respond(status: number, examples: Examples): MethodDecorator {
  return ApiResponse({
    status,
    description: TITLES[status] ?? 'Error',
    headers: HEADERS[status] ?? {},
    content: { [PROBLEM_MEDIA_TYPE]: { schema: { $ref: `#/components/schemas/${Problem.name}` }, examples } },
  });
}
