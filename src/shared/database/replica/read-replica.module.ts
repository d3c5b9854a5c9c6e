import { Injectable, Module } from '@nestjs/common';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { Settings } from '../../config/settings.js';
import { Logger } from '../../logging/logger.js';
import { Metrics } from '../../metrics/metrics.js';
import { Clock } from '../../time/clock.js';
import { Connections } from '../connections.js';
import { Reads } from '../reads.js';
import type { PlaceRow } from './place.js';
import { ReadReplica } from './read-replica.js';

/** Makes the replica known to those who read from it or show it. */
@Injectable()
class ReplicaUsers {
  constructor(
    private readonly reads: Reads,
    private readonly connections: Connections,
    private readonly metrics: Metrics,
  ) {}

  introduce(replica: ReadReplica): void {
    this.reads.replica = replica;
    this.connections.addApart(replica);
    this.metrics.addGauge(
      'webhook_replica_in_use',
      'Whether searches, statistics and the ledger are read from the replica; absent without DATABASE_READ_URL',
      () => Number(replica.isInUse),
    );
    this.metrics.addGauge(
      'webhook_replica_lag_seconds',
      'Seconds by which the read replica is behind, NaN while that is unknown; absent without DATABASE_READ_URL',
      () => (replica.state.lagMs ?? NaN) / 1000,
    );
  }
}

/** Lets readings of the API go to the replica that DATABASE_READ_URL names, if it is set. */
@Module({
  providers: [
    ReplicaUsers,
    {
      provide: ReadReplica,
      inject: [Settings, getDataSourceToken(), Clock, Logger, ReplicaUsers],
      useFactory: async (
        settings: Settings,
        primary: DataSource,
        clock: Clock,
        logger: Logger,
        users: ReplicaUsers,
      ): Promise<ReadReplica | null> => {
        const { databaseReadUrl: url, databasePoolSize: poolSize, readLagLimit } = settings;
        if (url === undefined) return null;
        const askPrimary = (text: string): Promise<PlaceRow[]> => primary.query<PlaceRow[]>(text);
        const replica = new ReadReplica({ url, poolSize, lagLimitMs: readLagLimit * 1000, askPrimary }, clock, logger);
        try {
          await replica.start();
        } catch (error) {
          await replica.onApplicationShutdown();
          throw error;
        }
        users.introduce(replica);
        return replica;
      },
    },
  ],
})
export class ReadReplicaModule {}
