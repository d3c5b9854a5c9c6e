import { applyDecorators, type Type } from '@nestjs/common';
import { getMetadataStorage, IsObject, ValidateBy, type ValidationArguments } from 'class-validator';
import type { Fault } from '../errors/domain-error.js';

/** What to change about a field or parameter that does not exist. */
export const UNKNOWN_FIELD = 'is unknown; remove it';

const READER = Symbol('reader');
const NESTED = Symbol('nested');
const READ_ONLY = Symbol('read-only');
const EACH = Symbol('each');

/** Returns the faults of a field. Their pointers are relative to it: empty for the field itself. */
type FaultsOf = (value: unknown, object: object) => readonly Fault[];

/** Converts the value of a field before it is validated. */
export const ReadAs = (read: (value: unknown) => unknown): PropertyDecorator => Reflect.metadata(READER, read);

/** A field that holds an object, which is read and validated as a DTO of its own. */
export const IsNested = (dtoClass: Type<object>): PropertyDecorator =>
  applyDecorators(IsObject(), Reflect.metadata(NESTED, dtoClass));

/** A validation rule that may find several faults in a list or an object, each at a place of its own. */
export const EachRule = (name: string, faultsOf: FaultsOf): PropertyDecorator =>
  applyDecorators(
    ValidateBy({
      name,
      validator: {
        validate: (value: unknown, args?: ValidationArguments) => faultsOf(value, args?.object ?? {}).length === 0,
        defaultMessage: () => name,
      },
    }),
    Reflect.metadata(EACH, { name, faultsOf }),
  );

/**
 * Names fields that only the service sets. A client that sends an answer back includes them, so they are no unknown
 * fields. Whoever reads the DTO judges their values.
 */
export const ReadOnlyFields = (...names: string[]): ClassDecorator => Reflect.metadata(READ_ONLY, new Set(names));

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

export function readOnlyFieldsOf(dtoClass: Type<object>): ReadonlySet<string> {
  return (Reflect.getMetadata(READ_ONLY, dtoClass) as ReadonlySet<string> | undefined) ?? new Set();
}

/** The `EachRule` of a field, if it has one. */
export function eachRuleOf(
  dtoClass: Type<object>,
  field: string,
): { readonly name: string; readonly faultsOf: FaultsOf } | undefined {
  return Reflect.getMetadata(EACH, dtoClass.prototype as object, field) as
    | { readonly name: string; readonly faultsOf: FaultsOf }
    | undefined;
}
