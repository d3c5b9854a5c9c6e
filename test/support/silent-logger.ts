import type { Logger } from '../../src/shared/logging/logger.js';

const ignore = (): void => undefined;

/** For parts whose log a test does not check. */
export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
