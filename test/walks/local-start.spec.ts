import { accessibility } from './accessibility.walk.js';
import { findingWhy } from './finding-why.walk.js';
import { firstVisit } from './first-visit.walk.js';
import { pausing } from './pausing.walk.js';
import { replaying } from './replaying.walk.js';
import { retrying } from './retrying.walk.js';
import { rotating } from './rotating.walk.js';
import { Stage } from './stage.js';

describe('a person at a local start', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await Stage.set('open');
  });
  afterEach(() => stage.leave());
  afterAll(() => stage.strike());

  // Each walk is a file. Together they share what takes long to start.
  const walks = [firstVisit, findingWhy, retrying, replaying, rotating, pausing, accessibility];
  for (const walk of walks) walk(() => stage);
});
