import type { HealthAnswer } from '../api/generated';

interface UnhealthyCheck {
  readonly name: string;
  readonly text: string;
}

const FINE = 'up';
/** What the checks of the service look at. Others are shown by their own names. */
const NAMES: Readonly<Record<string, string>> = {
  postgresql: 'PostgreSQL',
  migrations: 'The database schema',
  queue: 'The queue in Redis',
  deliveries: 'The count of what waits',
};

/** Checks of `GET /health` that are not up, in the words that they give. */
export function unhealthyChecks(health: HealthAnswer | null): UnhealthyCheck[] {
  return Object.entries(health?.details ?? {}).flatMap(([name, check]) => {
    if (check.status === FINE) return [];
    const { message, detail } = check as { readonly message?: unknown; readonly detail?: unknown };
    const words = [message, detail].find((each) => typeof each === 'string');
    return [{ name: NAMES[name] ?? name, text: `is ${check.status}${words === undefined ? '.' : `: ${words}`}` }];
  });
}
