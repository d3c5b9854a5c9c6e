import './shared/assert-node.js';
import { ApiModule } from './app/api.module.js';
import { bootstrap } from './app/bootstrap.js';

await bootstrap('api', (settings) => ApiModule.with(settings));
