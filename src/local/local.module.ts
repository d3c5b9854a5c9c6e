import { type DynamicModule, Module } from '@nestjs/common';
import { AppModule } from '../app/app.module.js';
import type { Settings } from '../shared/config/settings.js';
import { EchoController } from './echo.controller.js';

/** The application with a receiver to try it on. */
@Module({})
export class LocalModule {
  static with(settings: Settings): DynamicModule {
    return { module: LocalModule, imports: [AppModule.with(settings)], controllers: [EchoController] };
  }
}
