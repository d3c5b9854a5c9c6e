import { readStatusCodes, STATUS_CODES_FORM } from '../domain/status-codes.js';
import { listForm, readList } from '../domain/value-list.js';
import { Rule } from './rules.js';

// Rules of query parameters that the search and the live view share.

/** Length of a list that has each value once. */
function longestOf(values: readonly string[]): number {
  return values.join(',').length;
}

/** OpenAPI schema of one of some values, or several separated by commas. */
export function listSchemaOf(values: readonly string[]): { readonly pattern: string; readonly maxLength: number } {
  return { pattern: listForm(values), maxLength: longestOf(values) };
}

/** One of some values, or several separated by commas. */
export const IsListOf = (values: readonly string[]): PropertyDecorator =>
  Rule('listOf', (value) =>
    typeof value === 'string' && value.length <= longestOf(values) && readList(value, values) !== null
      ? null
      : `must be one or several of ${values.join(', ')}, separated by commas`,
  );

/** OpenAPI schema of a status code or of a class of them. */
export const STATUS_CODES_SCHEMA = { pattern: STATUS_CODES_FORM, maxLength: 3, example: '5xx' };

/** A status code, or a class of them. */
export const IsStatusCodes = (): PropertyDecorator =>
  Rule('statusCodes', (value) =>
    typeof value === 'string' && readStatusCodes(value) !== null
      ? null
      : 'must be a status code such as 503, or a class such as 5xx',
  );
