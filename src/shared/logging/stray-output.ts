import { writeEarlyLine } from './early-line.js';
import type { Logger } from './logger.js';
import { maskCredentials } from './mask-credentials.js';

type WriteWarning = (fields: { type: string; code: unknown; stack: string }) => void;

/** Passes warnings of Node.js to a log. Node.js would print them as text, several lines each. */
function takeWarnings(write: WriteWarning): void {
  // There is no listener if Node.js was told to print no warnings.
  if (process.listenerCount('warning') === 0) return;
  process.removeAllListeners('warning');
  process.on('warning', (warning: Error & { code?: unknown }) => {
    write({ type: warning.name, code: warning.code, stack: maskCredentials(warning.stack ?? warning.message) });
  });
}

/** Takes warnings until the logger is loaded. */
export function takeEarlyWarnings(): void {
  if (process.stderr.isTTY) return;
  takeWarnings((fields) => {
    writeEarlyLine('warn', fields, 'process.warning', fields.stack);
  });
}

const METHODS = { error: 'error', warn: 'warn', info: 'info', log: 'info', debug: 'debug', trace: 'debug' } as const;

/**
 * Passes to the log what else would appear on stdout and stderr: warnings of Node.js, and what libraries print to the
 * console. Without this, a line that is not JSON would break programs that read the log.
 */
export function logStrayOutput(logger: Logger): void {
  if (process.stdout.isTTY) return;
  takeWarnings((fields) => {
    logger.warn(fields, 'process.warning');
  });
  for (const [method, level] of Object.entries(METHODS) as [
    keyof typeof METHODS,
    'error' | 'warn' | 'info' | 'debug',
  ][]) {
    console[method] = (...args: unknown[]) => {
      logger[level]({ text: args.map(textOf).join(' ') }, 'library.printed');
    };
  }
}

/** Objects are not shown, because their fields may hold secrets: an error of Redis has the arguments of the command. */
function textOf(printed: unknown): string {
  if (printed instanceof Error) return maskCredentials(printed.stack ?? printed.message);
  if (typeof printed === 'string') return maskCredentials(printed);
  return typeof printed === 'number' || typeof printed === 'boolean' ? String(printed) : `[${typeof printed}]`;
}
