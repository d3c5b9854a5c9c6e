import { ApiProperty } from '@nestjs/swagger';

const INDICATORS = {
  type: 'object' as const,
  additionalProperties: {
    type: 'object' as const,
    properties: { status: { type: 'string' as const } },
    required: ['status'],
    additionalProperties: true,
  },
};

/** As terminus answers. */
export class HealthAnswer {
  @ApiProperty({ enum: ['ok', 'degraded', 'error', 'shutting_down'], example: 'ok' })
  readonly status: string;

  @ApiProperty({ ...INDICATORS, description: 'What is well', example: { postgresql: { status: 'up' } } })
  readonly info: Record<string, object>;

  @ApiProperty({ ...INDICATORS, description: 'What is not', example: {} })
  readonly error: Record<string, object>;

  @ApiProperty({ ...INDICATORS, description: 'All of it', example: { postgresql: { status: 'up' } } })
  readonly details: Record<string, object>;
}

export class LiveAnswer {
  @ApiProperty({ enum: ['ok'], example: 'ok' })
  readonly status: 'ok';
}
