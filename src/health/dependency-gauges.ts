import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Settings } from '../shared/config/settings.js';
import { ApiConnections } from '../shared/database/api-connections.js';
import { Connections } from '../shared/database/connections.js';
import { ConnectionCheck } from '../shared/database/connection-check.js';
import { Metrics } from '../shared/metrics/metrics.js';
import { BacklogGauges } from './backlog-gauges.js';

/** Gauges of PostgreSQL, its connection pools, and Redis. Reading them costs no statement of its own. */
@Injectable()
export class DependencyGauges implements OnModuleInit {
  constructor(
    private readonly metrics: Metrics,
    private readonly connections: Connections,
    private readonly apiConnections: ApiConnections,
    private readonly connectionCheck: ConnectionCheck,
    private readonly backlog: BacklogGauges,
    private readonly settings: Settings,
  ) {}

  onModuleInit(): void {
    const { metrics, connections } = this;
    metrics.addGauge('webhook_postgresql_up', 'Whether PostgreSQL accepts writes', () =>
      Number(this.connectionCheck.wasWritable),
    );
    if (this.settings.redisUrl !== undefined) {
      metrics.addGauge('webhook_redis_up', 'Whether Redis answers; absent without REDIS_URL', () =>
        this.backlog.queueDepth().then(
          () => 1,
          () => 0,
        ),
      );
    }
    metrics.addGauges(
      'webhook_database_connections',
      'Connections to PostgreSQL, by pool and state: used or idle',
      ['pool', 'state'],
      () =>
        connections.use.flatMap(({ name: pool, used, idle }) => [
          [{ pool, state: 'used' }, used] as const,
          [{ pool, state: 'idle' }, idle] as const,
        ]),
    );
    metrics.addGauges('webhook_database_connections_max', 'Maximum connections to PostgreSQL, by pool', ['pool'], () =>
      connections.use.map(({ name: pool, max }) => [{ pool }, max]),
    );
    metrics.addGauges(
      'webhook_database_waiting',
      'Callers that wait for a connection to PostgreSQL, by pool',
      ['pool'],
      () =>
        connections.use.map(({ name: pool, waiting }) => [
          { pool },
          // Calls of the REST API wait before they reach their pool.
          waiting + (pool === 'api' ? this.apiConnections.waitingCount : 0),
        ]),
    );
  }
}
