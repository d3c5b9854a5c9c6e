import { ApiProperty } from '@nestjs/swagger';

const TIME = { format: 'date-time', example: '2026-01-31T12:00:00.000Z' };
const BYTES = { type: 'integer', example: 8_192_000 } as const;
const nullable = { nullable: true as const };
const REDIS_STATES = ['up', 'away', 'none'] as const;
const SOURCES = ['default', 'environment', 'file', 'start'] as const;

export class SchemaAnswer {
  @ApiProperty({ type: String, ...nullable, description: 'The last migration that was applied', example: 'Sessions1700000000090' }) // prettier-ignore
  readonly version: string | null;

  @ApiProperty({ type: 'integer', description: 'Migrations that were applied', example: 14 })
  readonly applied: number;

  @ApiProperty({ type: 'integer', description: 'Migrations of this version that were not applied yet', example: 0 })
  readonly pending: number;
}

export class ProcessAnswer {
  @ApiProperty({ description: 'New with each start', example: '0198c1a2-7b3e-7000-8000-1f2e3d4c5b6a' })
  readonly id: string;

  @ApiProperty({ description: '`api`, `worker`, or `all` for both in one', example: 'all' })
  readonly role: string;

  @ApiProperty({ example: '0.1.0' })
  readonly version: string;

  @ApiProperty({ example: '24.9.0' })
  readonly node_version: string;

  @ApiProperty({ description: 'Name of the machine or container', example: 'webhooks-7d9f' })
  readonly host: string;

  @ApiProperty({ type: 'integer', example: 17 })
  readonly pid: number;

  @ApiProperty({ ...TIME })
  readonly started_at: string;
}

export class TableSizeAnswer {
  @ApiProperty({ example: 'deliveries' })
  readonly name: string;

  @ApiProperty({ ...BYTES, description: 'With its indexes' })
  readonly size_bytes: number;

  @ApiProperty({
    type: 'integer',
    ...nullable,
    description: 'Estimate of the planner; null if nothing has counted the rows yet',
    example: 12_000,
  })
  readonly estimated_rows: number | null;
}

export class PartitionDayAnswer {
  @ApiProperty({ format: 'date', description: 'Day (UTC) whose events are in these partitions', example: '2026-01-31' })
  readonly day: string;

  @ApiProperty({ ...BYTES })
  readonly size_bytes: number;

  @ApiProperty({ type: [TableSizeAnswer] })
  readonly tables: TableSizeAnswer[];
}

export class DatabaseAnswer {
  @ApiProperty({ example: '16.4' })
  readonly version: string;

  @ApiProperty({ ...BYTES, description: 'The whole database' })
  readonly size_bytes: number;

  @ApiProperty({ ...TIME, description: 'When the server started' })
  readonly started_at: string;

  @ApiProperty({ type: 'integer', description: 'Connections of all clients of the server', example: 24 })
  readonly connections: number;

  @ApiProperty({ type: 'integer', example: 100 })
  readonly max_connections: number;

  @ApiProperty({ type: [PartitionDayAnswer], description: 'Partitions by day, newest first, some of them ahead' })
  readonly days: PartitionDayAnswer[];

  @ApiProperty({ type: [TableSizeAnswer], description: 'Tables that are not partitioned, by name' })
  readonly tables: TableSizeAnswer[];
}

export class RedisAnswer {
  @ApiProperty({
    enum: REDIS_STATES,
    description: '`none`: REDIS_URL is not set, and jobs stay in the memory of the only process',
    example: 'up',
  })
  readonly state: (typeof REDIS_STATES)[number];

  @ApiProperty({ type: String, ...nullable, example: '7.2.4' })
  readonly version: string | null;

  @ApiProperty({ ...BYTES, ...nullable })
  readonly used_bytes: number | null;

  @ApiProperty({ ...BYTES, ...nullable, description: 'Null if there is no limit', example: null })
  readonly max_bytes: number | null;

  @ApiProperty({ type: 'integer', description: 'Masters of a Cluster; 1 elsewhere, and 0 if it does not answer', example: 1 }) // prettier-ignore
  readonly servers: number;
}

export class SettingAnswer {
  @ApiProperty({ example: 'MAX_RETRIES' })
  readonly name: string;

  @ApiProperty({
    type: String,
    ...nullable,
    description: 'As it would be written in the environment; null if it is not set. Secrets are `[redacted]`',
    example: '5',
  })
  readonly value: string | null;

  @ApiProperty({
    enum: SOURCES,
    description: '`file`: from `.env`; `start`: from `npm start`',
    example: 'environment',
  })
  readonly source: (typeof SOURCES)[number];

  @ApiProperty({ example: 'Maximum attempts of a delivery, including the first.' })
  readonly description: string;
}

/** The installation, as the process that answers knows it. */
export class SystemAnswer {
  @ApiProperty({ description: 'Version of the process that answers', example: '0.1.0' })
  readonly version: string;

  @ApiProperty({ type: SchemaAnswer })
  readonly schema: SchemaAnswer;

  @ApiProperty({ type: [ProcessAnswer], description: 'Processes that have shown themselves within 35 s, newest first' })
  readonly processes: ProcessAnswer[];

  @ApiProperty({
    description:
      'False while Redis, which knows the other processes, is away. Then only the one that answers is listed',
    example: true,
  })
  readonly processes_complete: boolean;

  @ApiProperty({ type: DatabaseAnswer })
  readonly database: DatabaseAnswer;

  @ApiProperty({ type: RedisAnswer })
  readonly redis: RedisAnswer;

  @ApiProperty({ type: [SettingAnswer], description: 'All settings, in the order of `.env.example`' })
  readonly settings: SettingAnswer[];
}
