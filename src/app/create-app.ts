import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Gatekeeper } from '../access/index.js';
import type { Settings } from '../shared/config/settings.js';
import { loggerOf, NestLogger } from '../shared/logging/logger.js';
import { configureHttp, fastifyOptions } from './configure-http.js';
import { serveDocs } from './docs.js';

/** Builds an application that is ready to listen. Without `servesApi`, it serves only its health and metrics. */
export async function createApp(
  module: DynamicModule,
  settings: Settings,
  { servesApi }: { servesApi: boolean },
): Promise<NestFastifyApplication> {
  // Skips the Nest middleware layer: nothing uses it, and it would cost time on every request.
  const app = await NestFactory.create<NestFastifyApplication>(
    module,
    new FastifyAdapter({ ...fastifyOptions(settings), skipMiddie: true }),
    {
      logger: new NestLogger(loggerOf(settings)),
      abortOnError: false,
      bodyParser: false,
    },
  );
  configureHttp(app, settings, servesApi ? app.get(Gatekeeper) : null);
  if (servesApi) serveDocs(app, settings);
  return app;
}
