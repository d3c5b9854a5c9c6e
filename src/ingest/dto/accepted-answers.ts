import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ApiWarnings, type WarningAnswer } from '../../shared/http/warning.js';

const FOR_READERS = 'Absent if the role of the caller may not read it';

export class PublishedAnswer {
  @ApiProperty({ description: 'Id of the delivery', example: 'dlv_01k6zv1yqpe7rtqq6zjy200001' })
  readonly task_id: string;

  @ApiProperty({ example: 'evt_01k6zv1yqpe7rtqq6zjy200000' })
  readonly event_id: string;

  @ApiPropertyOptional({
    description: `URL of the delivery status. ${FOR_READERS}`,
    example: '/status/dlv_01k6zv1yqpe7rtqq6zjy200001',
  })
  readonly status_url?: string;

  @ApiWarnings('What works but may surprise')
  readonly warnings?: readonly WarningAnswer[];
}

export class BroadcastAnswer {
  @ApiProperty({ example: 'evt_01k6zv1yqpe7rtqq6zjy200000' })
  readonly event_id: string;

  @ApiProperty({ type: 'integer', description: 'Number of deliveries, one per subscription', example: 3 })
  readonly deliveries: number;

  @ApiPropertyOptional({
    description: `URL of the event status. ${FOR_READERS}`,
    example: '/status/evt_01k6zv1yqpe7rtqq6zjy200000',
  })
  readonly status_url?: string;

  @ApiWarnings(
    'What works but may surprise. Without deliveries, one says why: `no_subscriptions`, `subscriptions_disabled`, or ' +
      '`type_not_subscribed`, with the nearest types that have a subscription for those who may read subscriptions',
  )
  readonly warnings?: readonly WarningAnswer[];
}
