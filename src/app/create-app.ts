import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { FrameAncestors, Gatekeeper } from '../access/index.js';
import { serveDashboard } from '../dashboard/index.js';
import type { Settings } from '../shared/config/settings.js';
import { loggerOf, NestLogger } from '../shared/logging/logger.js';
import { Metrics } from '../shared/metrics/metrics.js';
import { ProcessRoster } from '../shared/processes/process-roster.js';
import { VERSION } from '../shared/version.js';
import { configureHttp, fastifyOptions } from './configure-http.js';
import { serveDocs } from './docs.js';
import type { ProcessRole } from './life-lines.js';

/** Builds an application that is ready to listen. A worker serves only its health and metrics. */
export async function createApp(
  module: DynamicModule,
  settings: Settings,
  role: ProcessRole,
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
  const build = { version: VERSION, node_version: process.versions.node, role };
  app
    .get(Metrics)
    .addGauges(
      'webhook_build_info',
      'Always 1; the labels say what runs here',
      ['version', 'node_version', 'role'],
      () => [[build, 1]],
    );
  app.get(ProcessRoster).join(role);
  const servesApi = role !== 'worker';
  configureHttp(app, settings, servesApi ? app.get(Gatekeeper) : null);
  if (servesApi) {
    serveDocs(app, settings);
    serveDashboard(app.getHttpAdapter().getInstance(), settings, app.get(FrameAncestors));
  }
  return app;
}
