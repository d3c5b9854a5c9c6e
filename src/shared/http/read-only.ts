import { isDeepStrictEqual } from 'node:util';
import type { Fault } from '../errors/domain-error.js';
import { pointerTo } from './json-pointer.js';

type Values = Readonly<Record<string, unknown>>;

/** Maximum characters of a present value in a fault. */
const SHOWN = 200;

/** Refuses fields that only the service sets, in a request that creates something. */
export function refuseReadOnly(given: Values): Fault[] {
  return Object.keys(given).map((name) => ({
    pointer: pointerTo(name),
    detail: 'is set by the service; remove it',
  }));
}

/**
 * Refuses changes of fields that only the service sets. A client that reads an object, changes a field and sends the
 * whole back repeats their present values, and that is no fault.
 */
export function refuseReadOnlyChanges(given: Values, present: object): Fault[] {
  return Object.entries(given).flatMap(([name, value]) => {
    const now = (present as Values)[name];
    if (isDeepStrictEqual(value, now)) return [];
    const shown = now === undefined ? 'absent' : JSON.stringify(now).slice(0, SHOWN);
    return [{ pointer: pointerTo(name), detail: `is read-only and cannot be changed from ${shown}; remove it` }];
  });
}
