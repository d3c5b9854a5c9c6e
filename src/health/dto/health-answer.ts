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

/** Health check result in the format of Terminus. */
export class HealthAnswer {
  @ApiProperty({ enum: ['ok', 'degraded', 'error', 'shutting_down'], example: 'ok' })
  readonly status: string;

  @ApiProperty({
    ...INDICATORS,
    description: 'Checks that are up or degraded',
    example: { postgresql: { status: 'up' } },
  })
  readonly info: Record<string, object>;

  @ApiProperty({ ...INDICATORS, description: 'Checks that are down', example: {} })
  readonly error: Record<string, object>;

  @ApiProperty({ ...INDICATORS, description: 'All checks', example: { postgresql: { status: 'up' } } })
  readonly details: Record<string, object>;
}

export class LiveAnswer {
  @ApiProperty({ enum: ['ok'], example: 'ok' })
  readonly status: 'ok';
}
