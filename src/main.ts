import './shared/assert-node.js';
import { bootstrap } from './app/bootstrap.js';

await bootstrap('all', async (settings) => {
  const { AppModule } = await import('./app/app.module.js');
  return AppModule.with(settings);
});
