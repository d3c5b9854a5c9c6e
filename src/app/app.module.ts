import { type DynamicModule, Module } from '@nestjs/common';
import type { Settings } from '../shared/config/settings.js';
import { API_MODULES } from './api.module.js';
import { WorkerModule } from './worker.module.js';

/** API and worker in one process. */
@Module({})
export class AppModule {
  static with(settings: Settings): DynamicModule {
    return { module: AppModule, imports: [WorkerModule.with(settings), ...API_MODULES] };
  }
}
