import { isDatabaseUnavailable } from '../../shared/database/unavailable.js';
import type { Logger } from '../../shared/logging/logger.js';

/** Logs what failed and is put right later: a warning while PostgreSQL is away, an error otherwise. */
export function logFailure(logger: Logger, error: unknown, event: string): void {
  if (isDatabaseUnavailable(error)) logger.warn({ err: error }, event);
  else logger.error({ err: error }, event);
}
