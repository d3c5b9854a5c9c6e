import './shared/assert-node.js';
import { bootstrap } from './app/bootstrap.js';

await bootstrap('worker', async (settings) => {
  const { WorkerModule } = await import('./app/worker.module.js');
  return WorkerModule.with(settings);
});
