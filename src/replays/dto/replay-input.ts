import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn } from 'class-validator';
import { ATTEMPT_ERROR_CODES, type AttemptErrorCode, FINAL_STATUSES, type FinalStatus } from '../../delivery/index.js';
import { EachRule } from '../../shared/http/input-fields.js';
import { IsStatusCodes, STATUS_CODES_SCHEMA } from '../../shared/http/filter-rules.js';
import { IsForm, IsNumberFrom, MayBeAbsent } from '../../shared/http/rules.js';
import { IsTime, TIME_INPUT } from '../../shared/http/time-input.js';
import { EXAMPLE_IDS, type IdKind, ID_NOUNS, idPattern } from '../../shared/ids/public-id.js';
import { TAG_FORM, TAG_HINT } from '../../shared/labels.js';
import { LIMITS } from '../../shared/limits.js';
import { EVENT_PATTERN_SCHEMA, IsEventPattern, IsTargetHost, TARGET_HOST_SCHEMA } from '../../subscriptions/index.js';
import { REPLAY_KINDS, type ReplayKind } from '../domain/replay.js';
import type { ReplayRequest } from '../domain/replay-request.js';

const idSchema = (kind: IdKind) => ({
  maxLength: LIMITS.idLength,
  pattern: idPattern([kind]).source,
  example: EXAMPLE_IDS[kind],
});
const idHint = (kind: IdKind): string => `the id of ${ID_NOUNS[kind]} (${kind}_ followed by 26 characters)`;
const IsId = (kind: IdKind): PropertyDecorator => IsForm(idPattern([kind]), idHint(kind));

const RATE_SCHEMA = {
  type: 'number',
  minimum: LIMITS.minReplayRate,
  maximum: LIMITS.replayRate,
  example: 50,
} as const;

/** What a replay sends again. All filters must hold. */
export class ReplayInput implements ReplayRequest {
  @ApiPropertyOptional({
    enum: REPLAY_KINDS,
    description:
      '`failed`: deliveries that failed, the default. `status`: those that `statuses` names. `selected`: those in ' +
      '`delivery_ids`. `missing`: events that a subscription wants and has no delivery of, because it did not exist yet, ' +
      'was disabled, or wanted other types; needs `subscription_id` and `since`. May be left out where the other fields tell',
  })
  @MayBeAbsent()
  @IsIn(REPLAY_KINDS)
  readonly kind?: ReplayKind;

  @ApiPropertyOptional({ ...idSchema('sub'), description: 'Only deliveries to this subscription' })
  @MayBeAbsent()
  @IsId('sub')
  readonly subscription_id?: string;

  @ApiPropertyOptional({ ...EVENT_PATTERN_SCHEMA, description: 'Event type, or a pattern such as `order.*`' })
  @MayBeAbsent()
  @IsEventPattern()
  readonly event_type?: string;

  @ApiPropertyOptional({ ...idSchema('evt'), description: 'Only deliveries of this event' })
  @MayBeAbsent()
  @IsId('evt')
  readonly event_id?: string;

  @ApiPropertyOptional({
    description: 'A tag that the event was published with',
    pattern: TAG_FORM.source,
    maxLength: LIMITS.tagLength,
    example: 'order-1234',
  })
  @MayBeAbsent()
  @IsForm(TAG_FORM, TAG_HINT)
  readonly tag?: string;

  @ApiPropertyOptional({
    type: 'array',
    items: { type: 'string', enum: [...FINAL_STATUSES] },
    minItems: 1,
    maxItems: FINAL_STATUSES.length,
    uniqueItems: true,
    description: 'Statuses of the deliveries. Only finished ones can be sent again',
    example: ['failed', 'cancelled'],
  })
  @MayBeAbsent()
  @EachRule('statuses', statusFaults)
  readonly statuses?: FinalStatus[];

  @ApiPropertyOptional({ description: 'Status code of the last response, or a class of them', ...STATUS_CODES_SCHEMA })
  @MayBeAbsent()
  @IsStatusCodes()
  readonly status_code?: string;

  @ApiPropertyOptional({ description: 'Code of the last error', enum: ATTEMPT_ERROR_CODES })
  @MayBeAbsent()
  @IsIn(ATTEMPT_ERROR_CODES)
  readonly error_code?: AttemptErrorCode;

  @ApiPropertyOptional({
    description: 'Host of the target URL today, without a port: a name or an address',
    ...TARGET_HOST_SCHEMA,
  })
  @MayBeAbsent()
  @IsTargetHost()
  readonly target_host?: string;

  @ApiPropertyOptional({ ...TIME_INPUT, description: 'Only events accepted at this time or later' })
  @MayBeAbsent()
  @IsTime()
  readonly since?: string;

  @ApiPropertyOptional({ ...TIME_INPUT, description: 'Only events accepted before this time' })
  @MayBeAbsent()
  @IsTime()
  readonly until?: string;

  @ApiPropertyOptional({
    type: 'array',
    items: { type: 'string', ...idSchema('dlv') },
    minItems: 1,
    maxItems: LIMITS.replayedIds,
    description: `Finished deliveries one by one, instead of filters; at most ${LIMITS.replayedIds}`,
    example: [EXAMPLE_IDS.dlv],
  })
  @MayBeAbsent()
  @EachRule('deliveryIds', deliveryIdFaults)
  readonly delivery_ids?: string[];

  @ApiPropertyOptional({
    ...RATE_SCHEMA,
    description: 'Deliveries per second; defaults to REPLAY_RATE, and may be at most MAX_REPLAY_RATE',
  })
  @MayBeAbsent()
  @IsNumberFrom(LIMITS.minReplayRate, LIMITS.replayRate)
  readonly rate?: number;

  @ApiPropertyOptional({
    default: false,
    description: 'Only counts what matches, and shows the ten oldest: the answer is a 200, and nothing is sent',
  })
  @MayBeAbsent()
  @IsBoolean()
  readonly dry_run?: boolean;
}

function statusFaults(value: unknown): { pointer: string; detail: string }[] {
  const names = FINAL_STATUSES.join(', ');
  if (!Array.isArray(value) || value.length === 0 || new Set(value).size < value.length) {
    return [{ pointer: '', detail: `must be a list of ${names}, each at most once and at least one of them` }];
  }
  return value.flatMap((status: unknown, index) =>
    FINAL_STATUSES.some((known) => known === status)
      ? []
      : [{ pointer: `/${index}`, detail: `must be one of ${names}: only finished deliveries can be sent again` }],
  );
}

function deliveryIdFaults(value: unknown): { pointer: string; detail: string }[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > LIMITS.replayedIds) {
    return [{ pointer: '', detail: `must be a list of 1 to ${LIMITS.replayedIds} ids of deliveries` }];
  }
  const pattern = idPattern(['dlv']);
  return value.flatMap((id: unknown, index) =>
    typeof id === 'string' && pattern.test(id) ? [] : [{ pointer: `/${index}`, detail: `must be ${idHint('dlv')}` }],
  );
}

/** Body of PATCH: what may change while a replay runs. */
export class ReplayPatch {
  @ApiPropertyOptional({
    enum: ['running', 'paused'],
    description: 'A paused replay sends nothing. What it has sent goes on',
  })
  @MayBeAbsent()
  @IsIn(['running', 'paused'])
  readonly state?: 'running' | 'paused';

  @ApiPropertyOptional({ ...RATE_SCHEMA, description: 'Deliveries per second, at most MAX_REPLAY_RATE' })
  @MayBeAbsent()
  @IsNumberFrom(LIMITS.minReplayRate, LIMITS.replayRate)
  readonly rate?: number;
}
