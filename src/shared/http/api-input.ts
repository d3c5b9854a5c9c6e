import { applyDecorators, type Type } from '@nestjs/common';
import { ApiBody } from '@nestjs/swagger';
import { InvalidInput } from '../errors/domain-error.js';
import { ApiProblems } from './api-errors.js';
import { notJson } from './body-errors.js';
import { MalformedJson } from './json.js';
import { readInput } from './read-input.js';

/**
 * Documents a JSON body, an example that the service accepts, and the errors of a body that it refuses.
 *
 * @param summary what the example does
 */
export function ApiInput(
  dtoClass: Type<object>,
  summary: string,
  example: object,
  { isRequired = true }: { readonly isRequired?: boolean } = {},
): MethodDecorator {
  return applyDecorators(
    ApiBody({ type: dtoClass, required: isRequired, examples: { [dtoClass.name]: { summary, value: example } } }),
    ApiProblems(new MalformedJson('Unexpected end of JSON input'), 413, notJson('text/plain'), invalid(dtoClass)),
  );
}

/** The error for an empty object or, where it is valid, for an unknown field. */
function invalid(dtoClass: Type<object>): InvalidInput {
  const { faults } = readInput({}, dtoClass);
  return new InvalidInput(faults.length > 0 ? faults : readInput({ verbose: true }, dtoClass).faults);
}
