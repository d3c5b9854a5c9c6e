import { foreignPage } from './foreign-page.walk.js';
import { portalAccessible, portalByLink, portalEmbedded, portalRenewed } from './portal.walk.js';
import { serverAway } from './server-away.walk.js';
import { sessionEnding } from './session-ending.walk.js';
import { Stage } from './stage.js';

describe('a person who signs in with a key', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await Stage.set('keys');
  });
  afterEach(() => stage.leave());
  afterAll(() => stage.strike());

  // Each walk is a file. Together they share what takes long to start.
  const walks = [sessionEnding, foreignPage, serverAway, portalAccessible, portalByLink, portalRenewed, portalEmbedded];
  for (const walk of walks) walk(() => stage);
});
