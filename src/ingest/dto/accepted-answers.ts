import { ApiProperty } from '@nestjs/swagger';

export class PublishedAnswer {
  @ApiProperty({ description: 'Id of the delivery', example: 'dlv_01k6zv1yqpe7rtqq6zjy200001' })
  readonly task_id: string;

  @ApiProperty({ example: 'evt_01k6zv1yqpe7rtqq6zjy200000' })
  readonly event_id: string;

  @ApiProperty({ description: 'URL of the delivery status', example: '/status/dlv_01k6zv1yqpe7rtqq6zjy200001' })
  readonly status_url: string;
}

export class BroadcastAnswer {
  @ApiProperty({ example: 'evt_01k6zv1yqpe7rtqq6zjy200000' })
  readonly event_id: string;

  @ApiProperty({ type: 'integer', description: 'Number of deliveries, one per subscription', example: 3 })
  readonly deliveries: number;

  @ApiProperty({ description: 'URL of the event status', example: '/status/evt_01k6zv1yqpe7rtqq6zjy200000' })
  readonly status_url: string;
}
