import { StartRefused } from '../shared/errors/start-refused.js';

/** @throws StartRefused if several processes are wanted: each would start servers of its own */
export function assertOneProcess({ PROCESSES = '' }: Readonly<Record<string, string | undefined>>): void {
  if (['', '1'].includes(PROCESSES.trim())) return;
  throw new StartRefused(
    `PROCESSES must be 1 for \`npm start\`, not ${PROCESSES}: leave it out, or set DATABASE_URL and REDIS_URL and run ` +
      '`node dist/src/main.js`',
  );
}
