import type { HealthAnswer } from '../api/generated';

interface UnhealthyCheck {
  readonly name: string;
  readonly text: string;
}

const FINE = 'up';

/** Checks of `GET /health` that are not up, in the words that they give. */
export function unhealthyChecks(health: HealthAnswer | null): UnhealthyCheck[] {
  return Object.entries(health?.details ?? {}).flatMap(([name, check]) => {
    if (check.status === FINE) return [];
    const { message, detail } = check as { readonly message?: unknown; readonly detail?: unknown };
    const words = [message, detail].find((each) => typeof each === 'string');
    return [{ name, text: `is ${check.status}${words === undefined ? '.' : `: ${words}`}` }];
  });
}
