import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean } from 'class-validator';
import { MayBeAbsent } from '../../../shared/http/rules.js';

/** How a finished delivery is delivered again. */
export class RepeatInput {
  @ApiPropertyOptional({
    default: false,
    description:
      'Sends a new `webhook-id`, the id of the new delivery, so that receivers that ignore ids they have seen take it. ' +
      'Otherwise the `webhook-id` stays that of the old delivery',
  })
  @MayBeAbsent()
  @IsBoolean()
  readonly as_new?: boolean;
}
