import { applyDecorators, type Type } from '@nestjs/common';
import { getMetadataStorage, IsObject } from 'class-validator';

/** What to change about a field or parameter that does not exist. */
export const UNKNOWN_FIELD = 'is unknown; remove it';

const READER = Symbol('reader');
const NESTED = Symbol('nested');

/** Converts the value of a field before it is validated. */
export const ReadAs = (read: (value: unknown) => unknown): PropertyDecorator => Reflect.metadata(READER, read);

/** A field that holds an object, which is read and validated as a DTO of its own. */
export const IsNested = (dtoClass: Type<object>): PropertyDecorator =>
  applyDecorators(IsObject(), Reflect.metadata(NESTED, dtoClass));

/** Names of a DTO's fields: those with a rule. A set, because an object would also have inherited names. */
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
