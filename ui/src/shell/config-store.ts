import type { ServerConfig } from '../api/server-config';
import { Store } from '../lib/store';

/** What the server said when the page was opened. */
export const serverConfig = new Store<ServerConfig>({ version: '', access: 'keys', has_echo: false });
