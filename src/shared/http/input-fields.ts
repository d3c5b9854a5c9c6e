import { applyDecorators, type Type } from '@nestjs/common';
import { getMetadataStorage, IsObject } from 'class-validator';

const READER = Symbol('reader');
const NESTED = Symbol('nested');

/** Puts something else in the place of what came, before it is judged. */
export const ReadAs = (read: (value: unknown) => unknown): PropertyDecorator => Reflect.metadata(READER, read);

/** An object with fields of its own, which are read and judged like those around it. */
export const IsNested = (dtoClass: Type<object>): PropertyDecorator =>
  applyDecorators(IsObject(), Reflect.metadata(NESTED, dtoClass));

/** The names that a DTO knows: those with a rule. Not a look-up in an object, which would know `toString`, too. */
export function fieldsOf(dtoClass: Type<object>): Set<string> {
  const rules = getMetadataStorage().getTargetValidationMetadatas(dtoClass, '', false, false);
  return new Set(rules.map(({ propertyName }) => propertyName));
}

export function readerOf(dtoClass: Type<object>, field: string): ((value: unknown) => unknown) | undefined {
  return Reflect.getMetadata(READER, dtoClass.prototype as object, field) as ((value: unknown) => unknown) | undefined;
}

export function nestedOf(dtoClass: Type<object>, field: string): Type<object> | undefined {
  return Reflect.getMetadata(NESTED, dtoClass.prototype as object, field) as Type<object> | undefined;
}
