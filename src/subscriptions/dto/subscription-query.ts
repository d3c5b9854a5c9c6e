import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { PageQuery } from '../../shared/http/page.js';
import { EVENT_TYPE_SCHEMA, IsEventType } from './event-type.js';

export class SubscriptionQuery extends PageQuery {
  @ApiPropertyOptional({ ...EVENT_TYPE_SCHEMA, description: 'Only subscriptions that receive events of this type' })
  @IsOptional()
  @IsEventType()
  readonly event_type?: string;

  @ApiPropertyOptional({ enum: ['active', 'paused', 'disabled'] })
  @IsOptional()
  @IsIn(['active', 'paused', 'disabled'])
  readonly state?: 'active' | 'paused' | 'disabled';
}
