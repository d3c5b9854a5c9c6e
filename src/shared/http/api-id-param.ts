import { ApiParam } from '@nestjs/swagger';
import { EXAMPLE_IDS, ID_NOUNS, type IdKind, idPattern } from '../ids/public-id.js';

/** Documents a path parameter that is a public id of one of these kinds. */
export function ApiIdParam(name: string, ...kinds: [IdKind, ...IdKind[]]): MethodDecorator & ClassDecorator {
  const { source } = idPattern(kinds);
  return ApiParam({
    name,
    description: `Id of ${kinds.map((kind) => ID_NOUNS[kind]).join(' or ')}`,
    schema: { type: 'string', pattern: source, example: EXAMPLE_IDS[kinds[0]] },
  });
}
