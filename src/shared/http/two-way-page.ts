import { type Type as ClassOf } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import type { Uuid } from '../ids/uuid.js';
import { LIMITS } from '../limits.js';
import { boundaryBefore, type Matches } from '../search/bounded-search.js';
import type { Direction } from '../search/id-range.js';
import type { Listed } from '../search/listed.js';
import { decodeCursor, encodeCursor, type Page, PageQuery, pageOf } from './page.js';
import { IsText } from './rules.js';

/** What marks the cursor of a previous page. That of a next page is a boundary alone. */
const NEWER_MARK = 'n';
/** Characters of a boundary: 16 bytes in base64url. */
const BOUNDARY_LENGTH = 22;

/** As `PageQuery`, for a list that is read in both directions. */
export class TwoWayPageQuery extends PageQuery {
  @ApiPropertyOptional({
    description: '`next_cursor` or `prev_cursor` of another page',
    maxLength: LIMITS.cursorLength,
  })
  @IsOptional()
  @IsText(LIMITS.cursorLength)
  override readonly cursor?: string;
}

/** A page of a list, newest first, with its neighbours. */
export interface TwoWayPage<T> extends Page<T> {
  readonly prev_cursor: string | null;
}

/** The OpenAPI shape of such a page of `item`. */
export function twoWayPageOf<T extends object>(item: ClassOf<T>, name: string): ClassOf<TwoWayPage<T>> {
  const OneWayPage: ClassOf<Page<T>> = pageOf(item, name);
  class TwoWayPageBody extends OneWayPage implements TwoWayPage<T> {
    @ApiProperty({
      type: String,
      nullable: true,
      description: 'Cursor of the previous page, with newer items; null on the first page',
      example: null,
    })
    readonly prev_cursor: string | null;
  }
  Object.defineProperty(TwoWayPageBody, 'name', { value: name });
  return TwoWayPageBody;
}

/** Where a page begins, and which way it is read. Without a boundary, it is the first page. */
export interface PagePlace {
  readonly direction: Direction;
  readonly boundary: Uuid | null;
}

/** @throws MalformedCursor */
export function placeOf(cursor: string | undefined): PagePlace {
  if (cursor === undefined) return { direction: 'older', boundary: null };
  const isNewer = cursor.startsWith(NEWER_MARK) && cursor.length > BOUNDARY_LENGTH;
  const boundary = decodeCursor(isNewer ? cursor.slice(NEWER_MARK.length) : cursor);
  return { direction: isNewer ? 'newer' : 'older', boundary };
}

/**
 * Makes a page of what a search found.
 *
 * @param data items of the page, newest first
 */
export function toTwoWayPage<T>(place: PagePlace, matches: Matches, listed: Listed, data: T[]): TwoWayPage<T> {
  const { direction, boundary } = place;
  const [first] = matches.ids;
  // Behind the page, in the direction in which it was not read, lies what led to it.
  const behind =
    boundary === null ? null : first === undefined ? boundary : boundaryBefore(first, { direction, listed });
  const [next, previous] = direction === 'older' ? [matches.next, behind] : [behind, matches.next];
  return {
    data,
    has_more: next !== null,
    next_cursor: next && encodeCursor(next),
    prev_cursor: previous && `${NEWER_MARK}${encodeCursor(previous)}`,
  };
}
