import { IsOptional, ValidateBy, ValidateIf, type ValidationArguments } from 'class-validator';

/** The field may be absent, but not null. */
export const MayBeAbsent = (): PropertyDecorator => ValidateIf((_, value) => value !== undefined);

/** The field may be absent or null. Null means the default of the service. */
export const MayBeNull = (): PropertyDecorator => IsOptional();

/** A validation rule. `faultOf` returns what is wrong with the value; null if it is valid. */
export function Rule(name: string, faultOf: (value: unknown, object: object) => string | null): PropertyDecorator {
  return ValidateBy({
    name,
    validator: {
      validate: (value: unknown, args?: ValidationArguments) => faultOf(value, args?.object ?? {}) === null,
      defaultMessage: (args?: ValidationArguments) => faultOf(args?.value, args?.object ?? {}) ?? '',
    },
  });
}

/** A number in a range, both ends included. */
export const IsNumberFrom = (min: number, max: number): PropertyDecorator =>
  Rule('numberFrom', (value) =>
    typeof value === 'number' && value >= min && value <= max ? null : `must be a number from ${min} to ${max}`,
  );

/** As `IsNumberFrom`, without fractions. */
export const IsIntegerFrom = (min: number, max: number): PropertyDecorator =>
  Rule('integerFrom', (value) =>
    Number.isInteger(value) && (value as number) >= min && (value as number) <= max
      ? null
      : `must be an integer from ${min} to ${max}`,
  );

/** Number of Unicode code points, as JSON Schema counts for `maxLength`. An emoji is one, but has a `length` of 2. */
export function lengthOf(text: string): number {
  return Array.from(text).length;
}

/** A string of at most `maxLength` characters. */
export const IsText = (maxLength: number): PropertyDecorator =>
  Rule('text', (value) =>
    typeof value === 'string' && lengthOf(value) <= maxLength
      ? null
      : `must be a string of at most ${maxLength} characters`,
  );

/** A string that matches a pattern. `hint` describes it in the error message. */
export const IsForm = (pattern: RegExp, hint: string): PropertyDecorator =>
  Rule('form', (value) => (typeof value === 'string' && pattern.test(value) ? null : `must be ${hint}`));
