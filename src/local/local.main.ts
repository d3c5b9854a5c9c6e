import { bootstrap } from '../app/bootstrap.js';
import { environment } from '../shared/config/env.js';
import { assertOneProcess } from './assert-one-process.js';
import { LocalModule } from './local.module.js';
import { startLocalServers } from './local-servers.js';
import { quickStart } from './quick-start.js';

const say = (line: string): boolean => process.stdout.write(`${line}\n`);

// `npm start`: starts PostgreSQL and Redis if needed, runs API and worker in this process, and prints a quick start.
try {
  const given = environment();
  assertOneProcess(given);
  const servers = await startLocalServers(given, say);
  await bootstrap('all', (settings) => Promise.resolve(LocalModule.with(settings)), {
    given: servers.settings,
    onListening: (url) => say(quickStart(url, servers.settings['API_ACCESS'] === 'open', given['UI'] !== 'off')),
    onClosed: servers.stop,
  });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
