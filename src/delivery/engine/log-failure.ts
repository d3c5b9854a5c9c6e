import { isDatabaseUnavailable } from '../../shared/database/unavailable.js';
import type { Logger } from '../../shared/logging/logger.js';

/** Logs a failure that is repaired later: as a warning while PostgreSQL is unavailable, otherwise as an error. */
export function logFailure(logger: Logger, error: unknown, event: string): void {
  if (isDatabaseUnavailable(error)) logger.warn({ err: error }, event);
  else logger.error({ err: error }, event);
}
