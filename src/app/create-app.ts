import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Settings } from '../shared/config/settings.js';
import { loggerOf, NestLogger } from '../shared/logging/logger.js';
import { configureHttp, fastifyOptions } from './configure-http.js';
import { serveDocs } from './openapi.js';

/** Builds an application that is ready to listen. */
export async function createApp(
  module: DynamicModule,
  settings: Settings,
  options: { hasDocs: boolean },
): Promise<NestFastifyApplication> {
  // No Nest middleware is used anywhere, and the layer that carries it costs every request.
  const app = await NestFactory.create<NestFastifyApplication>(
    module,
    new FastifyAdapter({ ...fastifyOptions(), skipMiddie: true }),
    {
      logger: new NestLogger(loggerOf(settings)),
      abortOnError: false,
      bodyParser: false,
    },
  );
  configureHttp(app, settings);
  if (options.hasDocs) serveDocs(app);
  return app;
}
