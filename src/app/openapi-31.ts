import type { OpenAPIObject } from '@nestjs/swagger';
import { ANY_TYPE } from '../shared/http/any-type.js';

type Json = Record<string, unknown>;

/**
 * Replaces `nullable`, which the generator still writes but OpenAPI 3.1 lacks, with the type `null` of JSON Schema, and
 * drops the type of fields that may hold anything.
 */
export function toOpenApi31<T extends OpenAPIObject>(document: T): T {
  return rewrite(document) as T;
}

function rewrite(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rewrite);
  if (typeof value !== 'object' || value === null) return value;
  const rewritten = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, rewrite(item)]));
  if (rewritten['type'] === ANY_TYPE) delete rewritten['type'];
  return rewritten['nullable'] === true ? orNull(rewritten) : rewritten;
}

function orNull({ nullable: _nullable, ...schema }: Json): Json {
  const { type, allOf, $ref, description, ...rest } = schema;
  if (Array.isArray(allOf) || typeof $ref === 'string') {
    const [referenced] = Array.isArray(allOf) ? (allOf as Json[]) : [{ $ref }];
    return { ...rest, ...(description === undefined ? {} : { description }), oneOf: [referenced, { type: 'null' }] };
  }
  return { ...rest, ...(description === undefined ? {} : { description }), type: [type, 'null'] };
}
