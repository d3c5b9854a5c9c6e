import { type ArgumentMetadata, Injectable, type PipeTransform, type Type } from '@nestjs/common';
import { validateSync, type ValidationError } from 'class-validator';
import { type Fault, InvalidInput } from '../errors/domain-error.js';
import { fieldsOf, nestedOf, readerOf, UNKNOWN_FIELD } from './input-fields.js';

/**
 * Reads a body or a query into its DTO. Every key is either a field of the DTO or a fault, even a name such as
 * `toString`. Values are not converted, except by the reader of a field.
 *
 * @returns the DTO and all its faults
 */
export function readInput<T extends object>(value: unknown, dtoClass: Type<T>, pointerPrefix: string): [T, Fault[]] {
  if (!isObject(value)) return [new dtoClass(), [{ pointer: '', detail: 'must be a JSON object' }]];
  const dto = new dtoClass();
  const faults: Fault[] = [];
  const known = fieldsOf(dtoClass);
  for (const [name, given] of Object.entries(value)) {
    const pointer = pointerPrefix + escaped(name);
    if (!known.has(name)) {
      faults.push({ pointer, detail: UNKNOWN_FIELD });
      continue;
    }
    const nested = nestedOf(dtoClass, name);
    const [read, inner] = nested && isObject(given) ? readInput(given, nested, `${pointer}/`) : [given, []];
    faults.push(...inner);
    const reader = readerOf(dtoClass, name);
    (dto as Record<string, unknown>)[name] = reader ? reader(read) : read;
  }
  const errors = validateSync(dto, { forbidUnknownValues: true, validationError: { target: false, value: false } });
  return [dto, [...faults, ...errors.flatMap((error) => faultsOf(error, pointerPrefix))]];
}

/** For `@Body(InputPipe)` and `@Query(InputPipe)`. Reads the DTO of the parameter's type. @throws InvalidInput */
@Injectable()
export class InputPipe implements PipeTransform {
  transform(value: unknown, { metatype, type }: ArgumentMetadata): unknown {
    const [dto, faults] = readInput(value, metatype as Type<object>, type === 'body' ? '/' : '');
    if (faults.length > 0) throw new InvalidInput(faults);
    return dto;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Escapes a name for a JSON pointer (RFC 6901). */
function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

function faultsOf({ property, constraints = {} }: ValidationError, prefix: string): Fault[] {
  return Object.values(constraints).map((message) => ({
    pointer: prefix + escaped(property),
    detail: message.replace(`${property} `, ''),
  }));
}
