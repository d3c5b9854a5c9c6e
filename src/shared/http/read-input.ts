import type { Type } from '@nestjs/common';
import { validateSync, type ValidationError } from 'class-validator';
import type { Fault } from '../errors/domain-error.js';
import { eachRuleOf, fieldsOf, nestedOf, readerOf, readOnlyFieldsOf, UNKNOWN_FIELD } from './input-fields.js';
import { pointerTo } from './json-pointer.js';

/** A body or a query, read into its DTO. */
export interface Input<T extends object> {
  readonly dto: T;
  readonly faults: Fault[];
  /** Values given for fields that only the service sets; see `ReadOnlyFields`. */
  readonly readOnly: Readonly<Record<string, unknown>>;
}

/**
 * Reads a body or a query into its DTO. Every key is either a field of the DTO or a fault, even a name such as
 * `toString`. Values are not converted, except by the reader of a field.
 *
 * @param prefix of all pointers: empty for a JSON body. A query has names instead of pointers
 */
export function readInput<T extends object>(
  value: unknown,
  dtoClass: Type<T>,
  { prefix = '', isQuery = false }: { readonly prefix?: string; readonly isQuery?: boolean } = {},
): Input<T> {
  const dto = new dtoClass();
  const readOnly: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  if (!isObject(value)) return { dto, faults: [{ pointer: '', detail: 'must be a JSON object' }], readOnly };
  const faults: Fault[] = [];
  const known = fieldsOf(dtoClass);
  const readOnlyNames = readOnlyFieldsOf(dtoClass);
  const at = (name: string): string => (isQuery ? name : prefix + pointerTo(name));
  for (const [name, given] of Object.entries(value)) {
    if (readOnlyNames.has(name)) {
      readOnly[name] = given;
      continue;
    }
    if (!known.has(name)) {
      faults.push({ pointer: at(name), detail: UNKNOWN_FIELD });
      continue;
    }
    const nested = nestedOf(dtoClass, name);
    const inner = nested && isObject(given) ? readInput(given, nested, { prefix: at(name) }) : null;
    faults.push(...(inner?.faults ?? []));
    const read: unknown = inner === null ? given : inner.dto;
    const reader = readerOf(dtoClass, name);
    (dto as Record<string, unknown>)[name] = reader ? reader(read) : read;
  }
  const errors = validateSync(dto, { forbidUnknownValues: true, validationError: { target: false, value: false } });
  return { dto, faults: [...faults, ...errors.flatMap((error) => faultsOf(error, dto, at(error.property)))], readOnly };
}

/** Whether a field of a body, anything inside it, or the whole body is at fault. */
export function hasFaultAt(faults: readonly Fault[], field: string): boolean {
  return faults.some(({ pointer }) => pointer === '' || pointer === `/${field}` || pointer.startsWith(`/${field}/`));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function faultsOf({ property, constraints = {} }: ValidationError, dto: object, pointer: string): Fault[] {
  return Object.entries(constraints).flatMap(([rule, message]) => {
    const each = eachRuleOf(dto.constructor as Type<object>, property);
    if (each?.name !== rule) return [{ pointer, detail: message.replace(`${property} `, '') }];
    const value = (dto as Record<string, unknown>)[property];
    return each.faultsOf(value, dto).map((fault) => ({ ...fault, pointer: pointer + fault.pointer }));
  });
}
