import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, ValidateBy } from 'class-validator';
import { PageQuery } from '../../shared/http/page.js';
import { isEventType } from '../domain/event-type-pattern.js';

export class SubscriptionQuery extends PageQuery {
  @ApiPropertyOptional({ description: 'Only those that want events of this type', example: 'order.created' })
  @IsOptional()
  @ValidateBy({
    name: 'eventType',
    validator: {
      validate: (value) => typeof value === 'string' && isEventType(value),
      defaultMessage: () => 'must be an event type such as order.created',
    },
  })
  readonly event_type?: string;

  @ApiPropertyOptional({ enum: ['active', 'paused', 'disabled'] })
  @IsOptional()
  @IsIn(['active', 'paused', 'disabled'])
  readonly state?: 'active' | 'paused' | 'disabled';
}
