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

/**
 * Unicode characters, as JSON Schema counts them for `maxLength`: an emoji is one, though it takes two places in a
 * string.
 */
export function lengthOf(text: string): number {
  return Array.from(text).length;
}

/** Any text of so many characters. */
export const IsText = (maxLength: number): PropertyDecorator =>
  Rule('text', (value) =>
    typeof value === 'string' && lengthOf(value) <= maxLength
      ? null
      : `must be a string of at most ${maxLength} characters`,
  );

/** Text in a form that the pattern tells, and `hint` in words. */
export const IsForm = (pattern: RegExp, hint: string): PropertyDecorator =>
  Rule('form', (value) => (typeof value === 'string' && pattern.test(value) ? null : `must be ${hint}`));
