import { applyDecorators } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import { EXAMPLE_IDS, ID_NOUNS, type IdKind, idPattern, MalformedId } from '../ids/public-id.js';
import { ApiProblems } from './api-errors.js';

/** Documents a path parameter that is a public id of one of these kinds, and the error for one that is not. */
export function ApiIdParam(name: string, ...kinds: [IdKind, ...IdKind[]]): MethodDecorator {
  const { source } = idPattern(kinds);
  return applyDecorators(
    ApiParam({
      name,
      description: `Id of ${kinds.map((kind) => ID_NOUNS[kind]).join(' or ')}`,
      schema: { type: 'string', pattern: source, example: EXAMPLE_IDS[kinds[0]] },
    }),
    ApiProblems(new MalformedId('42', kinds)),
  );
}
