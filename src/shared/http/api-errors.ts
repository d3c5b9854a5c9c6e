import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { Problem, PROBLEM_CONTENT_TYPE, TITLES } from './problem.js';

const MEDIA_TYPE = PROBLEM_CONTENT_TYPE.split(';', 1)[0] ?? '';

/** Documents the error responses of an operation. 500 and 503 are added, because every operation may return them. */
export function ApiProblems(...statuses: number[]): MethodDecorator & ClassDecorator {
  const responses = [...statuses, 500, 503].map((status) => {
    const description = TITLES[status] ?? 'Error';
    const headers =
      status === 503 ? { 'Retry-After': { description: 'Seconds to wait', schema: { type: 'integer' as const } } } : {};
    return ApiResponse({
      status,
      description,
      headers,
      content: { [MEDIA_TYPE]: { schema: { $ref: `#/components/schemas/${Problem.name}` } } },
    });
  });
  return applyDecorators(...responses);
}
