import { BullModule, getQueueToken } from '@nestjs/bull';
import { type DynamicModule, Module } from '@nestjs/common';
import type { Queue } from 'bull';
import type { Settings } from '../../shared/config/settings.js';
import { Logger, loggerOf } from '../../shared/logging/logger.js';
import { refuseEviction } from '../../shared/redis/redis.js';
import { BullClients } from './bull-clients.js';
import { BullQueue, type JobData } from './bull-queue.js';
import { consumerOptions, producerOptions, QUEUE_NAME } from './bull-options.js';
import { DeliveryQueue } from './delivery-queue.js';
import { MemoryQueue } from './memory-queue.js';

/** Tokens of the two ends of the one queue in Redis. */
const PRODUCER = `${QUEUE_NAME}:producer`;
const CONSUMER = `${QUEUE_NAME}:consumer`;

/** Whether this process only adds jobs, or takes them too. */
export type QueueRole = 'producer' | 'producer and consumer';

/**
 * The queue of this process: Bull when there is a Redis, memory when there is none. Global, because which one it is depends on
 * the settings, and modules that add jobs need not know them.
 */
@Module({})
export class DeliveryQueueModule {
  static with(settings: Settings, role: QueueRole): DynamicModule {
    const { redisUrl, queuePrefix } = settings;
    if (redisUrl === undefined) {
      return {
        module: DeliveryQueueModule,
        global: true,
        providers: [{ provide: DeliveryQueue, useClass: MemoryQueue }],
        exports: [DeliveryQueue],
      };
    }
    const clients = new BullClients(redisUrl, loggerOf(settings));
    const ends = [
      { token: PRODUCER, options: producerOptions(queuePrefix, clients) },
      ...(role === 'producer' ? [] : [{ token: CONSUMER, options: consumerOptions(queuePrefix, clients) }]),
    ];
    return {
      module: DeliveryQueueModule,
      global: true,
      imports: ends.map(({ token, options }) =>
        // The token of a queue is not its name: both ends are of one name.
        BullModule.registerQueueAsync({ name: token, useFactory: () => ({ name: QUEUE_NAME, ...options }) }),
      ),
      providers: [
        {
          provide: DeliveryQueue,
          inject: [Logger, ...ends.map(({ token }) => getQueueToken(token))],
          useFactory: async (logger: Logger, producer: Queue<JobData>, consumer?: Queue<JobData>) => {
            await refuseEviction(redisUrl, logger);
            return new BullQueue(producer, consumer ?? null, clients, logger);
          },
        },
      ],
      exports: [DeliveryQueue],
    };
  }
}
