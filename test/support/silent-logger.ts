import type { Logger } from '../../src/shared/logging/logger.js';

const ignore = (): void => undefined;

/** For parts that tell something nobody in a test listens to. */
export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
