import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Settings } from '../shared/config/settings.js';
import { Logger } from '../shared/logging/logger.js';
import { Metrics } from '../shared/metrics/metrics.js';
import { adminServer, listenOn } from './admin-port.js';
import type { Supervised } from './processes/supervised.js';

export { createApp } from './create-app.js';

interface Serving {
  readonly servesApi: boolean;
  readonly supervised: Supervised | undefined;
}

/** @returns the URL that the application listens on */
export async function listen(
  starting: Promise<NestFastifyApplication>,
  settings: Settings,
  { servesApi, supervised }: Serving,
): Promise<string> {
  const app = await starting;
  // For "localhost", Fastify would open a second server for the other address, without the limits on connections.
  const host = settings.host === 'localhost' ? '127.0.0.1' : settings.host;
  const server = servesApi && settings.adminPort !== undefined ? adminServer(app, settings) : undefined;
  if (supervised) {
    supervised.shareMetrics(app.get(Metrics), app.get(Logger));
    await app.init();
    await supervised.untilTurn();
  }
  await app.listen(servesApi ? settings.port : (settings.adminPort ?? settings.port), host);
  const adminPort = server && (await listenOn(server, settings.adminPort ?? 0, host));
  const url = await app.getUrl();
  const port = Number(new URL(url).port);
  const queue = settings.redisUrl === undefined ? 'memory' : 'bull';
  if (supervised) supervised.reportListening({ host, port, adminPort });
  else app.get(Logger).info({ host, port, admin_port: adminPort, queue }, 'listening');
  return url;
}
