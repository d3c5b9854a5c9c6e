import { findingWhy } from './finding-why.walk.js';
import { retrying } from './retrying.walk.js';
import { Stage } from './stage.js';

describe('a person at a local start', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await Stage.set('open');
  });
  afterEach(() => stage.leave());
  afterAll(() => stage.strike());

  // Each walk is a file. Together they share what takes long to start.
  for (const walk of [findingWhy, retrying]) walk(() => stage);
});
