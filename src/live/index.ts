export type { StreamStatus } from './dto/stream-messages.js';
export { LiveApiModule } from './live-api.module.js';
export { LiveFeed } from './live-feed.js';
export { LiveModule } from './live.module.js';
