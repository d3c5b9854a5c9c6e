import { type Type as ClassOf } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { DomainError } from '../errors/domain-error.js';
import type { Uuid } from '../ids/uuid.js';
import { LIMITS } from '../limits.js';
import { ReadAs } from './input-fields.js';
import { IsIntegerFrom, IsText } from './rules.js';

const UUID_BYTES = 16;
const DEFAULT_LIMIT = 50;

export class MalformedCursor extends DomainError {
  constructor() {
    super('malformed_cursor', 'malformed', 'The cursor is invalid. Use next_cursor of the previous page.');
  }
}

export class PageQuery {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: LIMITS.pageItems,
    default: DEFAULT_LIMIT,
    description: 'Maximum items per page',
  })
  @IsOptional()
  @ReadAs(wholeNumber)
  @IsIntegerFrom(1, LIMITS.pageItems)
  readonly limit: number = DEFAULT_LIMIT;

  @ApiPropertyOptional({ description: '`next_cursor` of the previous page', maxLength: LIMITS.cursorLength })
  @IsOptional()
  @IsText(LIMITS.cursorLength)
  readonly cursor?: string;
}

/** Converts decimal digits to a number. Anything else is returned unchanged, and then refused by a rule. */
function wholeNumber(value: unknown): unknown {
  return typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
}

/** A page of a list, newest first. */
export interface Page<T> {
  readonly data: T[];
  readonly has_more: boolean;
  readonly next_cursor: string | null;
}

/** The OpenAPI shape of a page of `item`. */
export function pageOf<T extends object>(item: ClassOf<T>, name: string): ClassOf<Page<T>> {
  class PageBody implements Page<T> {
    @ApiProperty({ type: [item] })
    readonly data: T[];

    @ApiProperty({ description: 'Whether another page follows' })
    readonly has_more: boolean;

    @ApiProperty({
      type: String,
      nullable: true,
      description: 'Cursor of the next page; null on the last page',
      example: null,
    })
    readonly next_cursor: string | null;
  }
  Object.defineProperty(PageBody, 'name', { value: name });
  return PageBody;
}

/** A cursor is opaque to clients. It is the last id of the page. */
export function encodeCursor(lastId: Uuid): string {
  return Buffer.from(lastId.replaceAll('-', ''), 'hex').toString('base64url');
}

/** @throws MalformedCursor */
export function decodeCursor(cursor: string): Uuid {
  const bytes = Buffer.from(cursor, 'base64url');
  if (bytes.length !== UUID_BYTES || bytes.toString('base64url') !== cursor) throw new MalformedCursor();
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** @param rows at most `limit` + 1 rows; the extra row means that another page follows */
export function toPage<Row extends { id: Uuid }, T>(rows: Row[], limit: number, toItem: (row: Row) => T): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const hasMore = rows.length > limit && last !== undefined;
  return { data: shown.map(toItem), has_more: hasMore, next_cursor: hasMore ? encodeCursor(last.id) : null };
}
