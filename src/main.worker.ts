import './shared/assert-node.js';
import { bootstrap } from './app/bootstrap.js';
import { WorkerModule } from './app/worker.module.js';

await bootstrap('worker', (settings) => WorkerModule.with(settings));
