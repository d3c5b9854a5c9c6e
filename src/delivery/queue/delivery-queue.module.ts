import { BullModule, getQueueToken } from '@nestjs/bull';
import { type DynamicModule, Module } from '@nestjs/common';
import type { Queue } from 'bull';
import type { Settings } from '../../shared/config/settings.js';
import { Logger } from '../../shared/logging/logger.js';
import { refuseEviction } from '../../shared/redis/redis.js';
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
    const ends = [
      { token: PRODUCER, options: producerOptions },
      ...(role === 'producer' ? [] : [{ token: CONSUMER, options: consumerOptions }]),
    ];
    return {
      module: DeliveryQueueModule,
      global: true,
      imports: ends.map(({ token, options }) =>
        BullModule.registerQueueAsync({
          name: token,
          inject: [Logger],
          useFactory: (logger: Logger) => ({ name: QUEUE_NAME, ...options({ redisUrl, queuePrefix }, logger) }),
        }),
      ),
      providers: [
        {
          provide: DeliveryQueue,
          inject: [Logger, ...ends.map(({ token }) => getQueueToken(token))],
          useFactory: async (logger: Logger, producer: Queue<JobData>, consumer?: Queue<JobData>) => {
            await refuseEviction(redisUrl, logger);
            return new BullQueue(producer, consumer ?? null, logger);
          },
        },
      ],
      exports: [DeliveryQueue],
    };
  }
}
