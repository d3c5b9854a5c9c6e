import { IsOptional, ValidateBy, ValidateIf, type ValidationArguments } from 'class-validator';

/** May be left out, but not be null. */
export const MayBeAbsent = (): PropertyDecorator => ValidateIf((_, value) => value !== undefined);

/** May be left out; null says "as the service has it by default". */
export const MayBeNull = (): PropertyDecorator => IsOptional();

/** A rule whose fault is found by a function: null when there is none. */
export function Rule(name: string, faultOf: (value: unknown, object: object) => string | null): PropertyDecorator {
  return ValidateBy({
    name,
    validator: {
      validate: (value: unknown, args?: ValidationArguments) => faultOf(value, args?.object ?? {}) === null,
      defaultMessage: (args?: ValidationArguments) => faultOf(args?.value, args?.object ?? {}) ?? '',
    },
  });
}
