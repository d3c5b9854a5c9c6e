import { BullModule, getQueueToken } from '@nestjs/bull';
import { type DynamicModule, Module } from '@nestjs/common';
import type { Queue } from 'bull';
import type { Settings } from '../../shared/config/settings.js';
import { Logger, loggerOf } from '../../shared/logging/logger.js';
import { checkRedis } from '../../shared/redis/redis-check.js';
import { BullClients } from './bull-clients.js';
import { BullQueue } from './bull-queue.js';
import type { JobData } from './job-data.js';
import { consumerOptions, producerOptions, shardsOf } from './bull-options.js';
import { DeliveryQueue } from './delivery-queue.js';
import { HandOver } from './hand-over.js';
import { MemoryQueue } from './memory-queue.js';

/** Whether a process only adds jobs, or also takes them. */
export type QueueRole = 'producer' | 'producer and consumer';

/**
 * Provides the queue, Bull if REDIS_URL is set, otherwise in memory, and the hand-over within the process. Global, so
 * that modules that accept deliveries need not know which there are.
 */
@Module({})
export class DeliveryQueueModule {
  static with(settings: Settings, role: QueueRole): DynamicModule {
    const { redisUrl } = settings;
    if (redisUrl === undefined) {
      return {
        module: DeliveryQueueModule,
        global: true,
        providers: [HandOver, { provide: DeliveryQueue, useClass: MemoryQueue }],
        exports: [DeliveryQueue, HandOver],
      };
    }
    const clients = new BullClients(redisUrl, loggerOf(settings));
    const shards = shardsOf(settings);
    // Producer and consumer have the same queue name, so each gets a token of its own.
    const producers = shards.map((shard) => ({ token: `${shard.name}:producer`, shard, options: producerOptions }));
    const consumers = shards.map((shard) => ({ token: `${shard.name}:consumer`, shard, options: consumerOptions }));
    const ends = role === 'producer' ? producers : [...producers, ...consumers];
    return {
      module: DeliveryQueueModule,
      global: true,
      imports: ends.map(({ token, shard, options }) =>
        BullModule.registerQueueAsync({
          name: token,
          useFactory: () => ({ name: shard.name, ...options(shard, clients) }),
        }),
      ),
      providers: [
        HandOver,
        {
          provide: DeliveryQueue,
          inject: [Logger, ...ends.map(({ token }) => getQueueToken(token))],
          useFactory: async (logger: Logger, ...queues: Queue<JobData>[]) => {
            await checkRedis({ redisUrl, queuePrefix: settings.queuePrefix }, logger);
            const consumersOf = queues.slice(shards.length);
            const bull = queues
              .slice(0, shards.length)
              .map((producer, index) => ({ producer, consumer: consumersOf[index] ?? null }));
            return new BullQueue(bull, clients, logger);
          },
        },
      ],
      exports: [DeliveryQueue, HandOver],
    };
  }
}
