import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { PageQuery } from '../../shared/http/page.js';
import { lengthOf, Rule } from '../../shared/http/rules.js';
import { LIMITS } from '../../shared/limits.js';
import { EVENT_TYPE_SCHEMA, IsEventType } from './event-type.js';

/** Text without control characters. PostgreSQL stores no NUL, so it could not even look for one. */
const SEARCHED = /^\P{Cc}+$/u;

const IsSearched = (): PropertyDecorator =>
  Rule('searched', (value) =>
    typeof value === 'string' && lengthOf(value) <= LIMITS.searchLength && SEARCHED.test(value)
      ? null
      : `must be 1 to ${LIMITS.searchLength} characters without control characters`,
  );

export class SubscriptionQuery extends PageQuery {
  @ApiPropertyOptional({ ...EVENT_TYPE_SCHEMA, description: 'Only subscriptions that receive events of this type' })
  @IsOptional()
  @IsEventType()
  readonly event_type?: string;

  @ApiPropertyOptional({ enum: ['active', 'paused', 'disabled'] })
  @IsOptional()
  @IsIn(['active', 'paused', 'disabled'])
  readonly state?: 'active' | 'paused' | 'disabled';

  @ApiPropertyOptional({
    minLength: 1,
    maxLength: LIMITS.searchLength,
    description: 'Only subscriptions with this text in `description` or `target_url`, in upper or lower case',
    example: 'billing',
  })
  @IsOptional()
  @IsSearched()
  readonly search?: string;
}
