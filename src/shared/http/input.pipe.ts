import { type ArgumentMetadata, Injectable, type PipeTransform, type Type } from '@nestjs/common';
import { validateSync, type ValidationError } from 'class-validator';
import { type Fault, InvalidInput } from '../errors/domain-error.js';
import { fieldsOf, nestedOf, readerOf } from './input-fields.js';

/**
 * Reads a body or a query into its DTO. Every key that came is either a field of it or a fault, whatever else
 * JavaScript means by its name; and the value of a field stays what it was, all the way down.
 *
 * @returns the DTO and every fault it has
 */
export function readInput<T extends object>(value: unknown, dtoClass: Type<T>, pointerPrefix: string): [T, Fault[]] {
  if (!isObject(value)) return [new dtoClass(), [{ pointer: '', detail: 'must be a JSON object' }]];
  const dto = new dtoClass();
  const faults: Fault[] = [];
  const known = fieldsOf(dtoClass);
  for (const [name, given] of Object.entries(value)) {
    const pointer = pointerPrefix + escaped(name);
    if (!known.has(name)) {
      faults.push({ pointer, detail: 'is not known here; remove it' });
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

/** For `@Body(InputPipe)` and `@Query(InputPipe)`: the DTO that the parameter's type names, or all faults at once. */
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

/** As a JSON pointer has it. */
function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

function faultsOf({ property, constraints = {} }: ValidationError, prefix: string): Fault[] {
  return Object.values(constraints).map((message) => ({
    pointer: prefix + escaped(property),
    detail: message.replace(`${property} `, ''),
  }));
}
