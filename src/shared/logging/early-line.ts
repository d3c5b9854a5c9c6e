/**
 * Writes a log line without the logger: while it is not loaded yet, or in a program that has another use for stdout.
 * Imports nothing, because older versions of Node.js load it too.
 */
export function writeEarlyLine(level: 'warn' | 'error', fields: object, event: string, text: string): void {
  // oxlint-disable-next-line house/clock -- the clock is not loaded yet
  const entry = { level: level === 'warn' ? 40 : 50, time: Date.now(), ...fields, msg: event };
  process.stderr.write(`${process.stderr.isTTY ? text : JSON.stringify(entry)}\n`);
}
