import { type ArgumentMetadata, Injectable, type PipeTransform, type Type } from '@nestjs/common';
import { InvalidInput } from '../errors/domain-error.js';
import { readInput } from './read-input.js';
import { refuseReadOnly } from './read-only.js';

/** For `@Body(InputPipe)` and `@Query(InputPipe)`. Reads the DTO of the parameter's type. @throws InvalidInput */
@Injectable()
export class InputPipe implements PipeTransform {
  transform(value: unknown, { metatype, type }: ArgumentMetadata): unknown {
    const { dto, faults, readOnly } = readInput(value, metatype as Type<object>, { isQuery: type === 'query' });
    const all = [...faults, ...refuseReadOnly(readOnly)];
    if (all.length > 0) throw new InvalidInput(all);
    return dto;
  }
}

/** As `InputPipe`, for an operation that may be called without a body. A missing body is read as an empty object. */
@Injectable()
export class OptionalInputPipe extends InputPipe {
  override transform(value: unknown, metadata: ArgumentMetadata): unknown {
    return super.transform(value === undefined ? {} : value, metadata);
  }
}
