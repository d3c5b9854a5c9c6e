import { type DynamicModule, Module } from '@nestjs/common';
import { AppModule } from '../app/app.module.js';
import type { Settings } from '../shared/config/settings.js';
import { EchoController } from './echo.controller.js';

/** The application, with an echo receiver while API_ACCESS is open, that is, on this machine only. */
@Module({})
export class LocalModule {
  static with(settings: Settings): DynamicModule {
    const controllers = settings.apiAccess === 'open' ? [EchoController] : [];
    return { module: LocalModule, imports: [AppModule.with(settings)], controllers };
  }
}
