export { ReplayingModule } from './replaying.module.js';
export { ReplaysModule } from './replays.module.js';
