import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { type DomainError, type ErrorCategory } from '../errors/domain-error.js';

export const PROBLEM_CONTENT_TYPE = 'application/problem+json; charset=utf-8';

const STATUS_OF: Record<ErrorCategory, number> = {
  malformed: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  too_large: 413,
  unsupported_media_type: 415,
  invalid: 422,
  too_many: 429,
  unavailable: 503,
};

export const TITLES: Readonly<Record<number, string>> = {
  400: 'Malformed request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  408: 'Request timed out',
  409: 'Conflict',
  413: 'Too large',
  414: 'URI too long',
  415: 'Unsupported media type',
  417: 'Expectation failed',
  422: 'Invalid input',
  429: 'Too many requests',
  431: 'Headers too large',
  500: 'Internal error',
  503: 'Service unavailable',
};

export const INTERNAL_ERROR = 'An internal error occurred. The log has details under request_id.';

export class FaultBody {
  @ApiProperty({
    description: 'JSON pointer into the body, or the name of a header or query parameter',
    example: '/target_url',
  })
  readonly pointer: string;

  @ApiProperty({ description: 'What to change', example: 'must be an http or https URL' })
  readonly detail: string;
}

/** Body of every error response (RFC 9457). */
export class Problem {
  @ApiProperty({ description: 'URI of the kind of problem', example: 'urn:webhooks:problem:invalid_input' })
  readonly type: string;

  @ApiProperty({ example: 'Invalid input' })
  readonly title: string;

  @ApiProperty({ description: 'HTTP status code', type: 'integer', example: 422 })
  readonly status: number;

  @ApiProperty({
    description: 'What is wrong, and what to change',
    example: '/target_url must be an http or https URL',
  })
  readonly detail: string;

  @ApiProperty({ description: 'Path of the request', example: '/subscriptions' })
  readonly instance: string;

  @ApiProperty({ description: 'Stable code for programs', example: 'invalid_input' })
  readonly code: string;

  @ApiProperty({ description: 'Same as the X-Request-Id header', example: '0198c1a2-7b3e-7000-8000-1f2e3d4c5b6a' })
  readonly request_id: string;

  @ApiPropertyOptional({ description: 'All faults, if the input is invalid', type: [FaultBody] })
  readonly errors?: readonly FaultBody[];
}

/** What an error answer says of the request it answers. */
export interface ProblemContext {
  path: string;
  requestId: string;
}

export function problemFrom(error: DomainError, context: ProblemContext): Problem {
  const problem = problemOf(STATUS_OF[error.category], error.code, error.message, context);
  return error.details.faults ? { ...problem, errors: error.details.faults } : problem;
}

export function problemOf(status: number, code: string, detail: string, context: ProblemContext): Problem {
  return {
    type: `urn:webhooks:problem:${code}`,
    title: TITLES[status] ?? 'Error',
    status,
    detail,
    instance: context.path,
    code,
    request_id: context.requestId,
  };
}
