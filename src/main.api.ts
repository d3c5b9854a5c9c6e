import './shared/assert-node.js';
import { bootstrap } from './app/bootstrap.js';

await bootstrap('api', async (settings) => {
  const { ApiModule } = await import('./app/api.module.js');
  return ApiModule.with(settings);
});
