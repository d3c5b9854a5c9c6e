import { IsIn } from 'class-validator';
import { ReadAs } from '../shared/http/input-fields.js';
import { IsIntegerFrom, IsNumberFrom, MayBeAbsent } from '../shared/http/rules.js';

const ANSWERS = ['json', 'html'] as const;
const DAY_SECONDS = 86_400;

/** How a bin behaves, as the query of its URL says: a receiver that is ill on purpose. */
export class EchoQuery {
  /** Status of the response. */
  @MayBeAbsent()
  @ReadAs(toNumber)
  @IsIntegerFrom(200, 599)
  readonly status: number = 200;

  /** Seconds until the response. */
  @MayBeAbsent()
  @ReadAs(toNumber)
  @IsNumberFrom(0, 60)
  readonly delay: number = 0;

  /** Seconds of a `Retry-After` in the response; none if absent. */
  @MayBeAbsent()
  @ReadAs(toNumber)
  @IsIntegerFrom(0, DAY_SECONDS)
  readonly retry_after?: number;

  /** What the response contains: a short JSON object, or a page as proxies and log-in forms send it. */
  @MayBeAbsent()
  @IsIn(ANSWERS)
  readonly answer: (typeof ANSWERS)[number] = 'json';

  /** All this goes for every n-th request to the bin. The others get 200 at once. */
  @MayBeAbsent()
  @ReadAs(toNumber)
  @IsIntegerFrom(1, 1000)
  readonly every: number = 1;
}

/** Converts decimal digits to a number. Anything else is returned unchanged, and then refused by a rule. */
function toNumber(value: unknown): unknown {
  return typeof value === 'string' && /^\d{1,6}(\.\d{1,3})?$/.test(value) ? Number(value) : value;
}
