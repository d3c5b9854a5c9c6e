import { type DynamicModule, Module } from '@nestjs/common';
import { AppModule } from '../app/app.module.js';
import type { Settings } from '../shared/config/settings.js';
import { EchoController } from './echo.controller.js';

/** The application with a receiver to try it on, where it runs open and so on this machine alone. */
@Module({})
export class LocalModule {
  static with(settings: Settings): DynamicModule {
    const controllers = settings.apiAccess === 'open' ? [EchoController] : [];
    return { module: LocalModule, imports: [AppModule.with(settings)], controllers };
  }
}
