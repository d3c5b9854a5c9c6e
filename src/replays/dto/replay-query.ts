import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { PageQuery } from '../../shared/http/page.js';
import { IsText } from '../../shared/http/rules.js';
import { LIMITS } from '../../shared/limits.js';
import { REPLAY_STATES, type ReplayState } from '../domain/replay.js';

export class ReplayQuery extends PageQuery {
  @ApiPropertyOptional({ enum: REPLAY_STATES })
  @IsOptional()
  @IsIn(REPLAY_STATES)
  readonly state?: ReplayState;

  @ApiPropertyOptional({
    description: 'Only replays that were limited to this subscription',
    maxLength: LIMITS.idLength,
    example: 'sub_01k6zv1yqpe7rtqq6zjy2k3m4n',
  })
  @IsOptional()
  @IsText(LIMITS.idLength)
  readonly subscription_id?: string;
}
