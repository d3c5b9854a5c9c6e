import { ApiProperty } from '@nestjs/swagger';
import { LIMITS } from '../limits.js';

/** Documents the tags in an answer. */
export const ApiEventTags = (): PropertyDecorator =>
  ApiProperty({
    type: [String],
    maxItems: LIMITS.tags,
    description: 'Tags that the event was published with (`X-Event-Tags`)',
    example: ['order-1234', 'customer-9'],
  });
