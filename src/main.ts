import './shared/assert-node.js';
import { AppModule } from './app/app.module.js';
import { bootstrap } from './app/bootstrap.js';

await bootstrap('all', (settings) => AppModule.with(settings));
