import { type ArgumentMetadata, Injectable, type PipeTransform, type Type } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { type Fault, InvalidInput } from '../errors/domain-error.js';

/**
 * Reads a body or a query into its DTO.
 *
 * @returns the DTO and every fault it has
 */
export function readInput<T extends object>(value: unknown, dtoClass: Type<T>, pointerPrefix: string): [T, Fault[]] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [new dtoClass(), [{ pointer: '', detail: 'must be a JSON object' }]];
  }
  const dto = plainToInstance(dtoClass, value, { exposeUnsetFields: false });
  const errors = validateSync(dto, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    validationError: { target: false, value: false },
  });
  return [dto, errors.flatMap((error) => faultsOf(error, pointerPrefix))];
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

function faultsOf(error: ValidationError, prefix: string): Fault[] {
  const pointer = prefix + error.property.replaceAll('~', '~0').replaceAll('/', '~1');
  const own = Object.entries(error.constraints ?? {}).map(([rule, message]) => ({
    pointer,
    detail: rule === 'whitelistValidation' ? 'is not known here; remove it' : message.replace(`${error.property} `, ''),
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => faultsOf(child, `${pointer}/`))];
}
