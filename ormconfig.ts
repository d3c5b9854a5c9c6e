import { environment } from './src/shared/config/env.js';
import { migrationDataSource } from './src/shared/database/data-source.js';

/** The DataSource of the TypeORM command line: `npm run typeorm -- migration:show`. */
export default migrationDataSource(environment()['DATABASE_URL'] ?? 'postgres://localhost/webhooks');
