import { type DynamicModule, Module } from '@nestjs/common';
import { Settings } from './config/settings.js';
import { Logger, loggerOf } from './logging/logger.js';
import { Metrics } from './metrics/metrics.js';
import { OwnFaults } from './own-faults.js';
import { ProcessRoster } from './processes/process-roster.js';
import { Shutdown } from './shutdown.js';
import { Clock, SystemClock } from './time/clock.js';
import { Janitor } from './time/janitor.js';
import { Random, SystemRandom } from './time/random.js';

/** Global providers: settings, clock, random source, logger, metrics, chores, processes and shutdown. */
@Module({})
export class SharedModule {
  static with(settings: Settings): DynamicModule {
    const providers = [
      { provide: Settings, useValue: settings },
      { provide: Clock, useClass: SystemClock },
      { provide: Random, useClass: SystemRandom },
      { provide: Logger, useFactory: () => loggerOf(settings) },
      Metrics,
      OwnFaults,
      Janitor,
      ProcessRoster,
      {
        provide: Shutdown,
        inject: [Clock],
        useFactory: (clock: Clock) => new Shutdown(clock, settings.shutdownTimeout * 1000),
      },
    ];
    return { module: SharedModule, global: true, providers, exports: providers };
  }
}
