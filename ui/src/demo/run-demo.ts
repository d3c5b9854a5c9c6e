import { type Chance, type DemoEvent, demoEvent, demoSubscriptions, type DemoSubscription, MADE_BY } from './plan.ts';

/** What the demo asks of the API. Each rejects with an error whose message a person understands. */
export interface DemoApi {
  readonly list: () => Promise<readonly KnownSubscription[]>;
  readonly subscribe: (input: DemoSubscription) => Promise<{ readonly id: string }>;
  readonly publish: (event: DemoEvent) => Promise<unknown>;
  /** Sends again what failed to a subscription since the demo began. */
  readonly replay: (subscriptionId: string) => Promise<unknown>;
}

export interface KnownSubscription {
  readonly id: string;
  readonly description: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
}

export interface DemoProgress {
  /** Subscriptions that were made, and those that an earlier demo had made. */
  readonly made: number;
  readonly found: number;
  readonly published: number;
  readonly total: number;
}

interface DemoOptions {
  readonly origin: string;
  readonly chance: Chance;
  /** Resolves after some milliseconds, and rejects when the demo is stopped. */
  readonly wait: (ms: number) => Promise<void>;
  readonly onProgress: (progress: DemoProgress) => void;
}

/** Events, and the milliseconds for all of them. */
const EVENTS = 240;
const DURATION_MS = 54_000;
/** Events that come at once in the middle: a campaign, an import. */
const BURST = 40;
/** Its failures are the first to be sent again. */
const REPLAYED = 'Old ERP, answers 500';
/** Until the last attempts to it have failed. */
const SETTLING_MS = 6000;

/** Whether a subscription was made by a demo. */
export function isDemo({ metadata }: KnownSubscription): boolean {
  return metadata.made_by === MADE_BY;
}

/**
 * Makes subscriptions, publishes to them for a minute, and replays some of what failed. What an earlier demo has made
 * is used again.
 *
 * @throws what the API or `wait` rejects with; what was made until then stays
 */
export async function runDemo(api: DemoApi, options: DemoOptions): Promise<DemoProgress> {
  const { origin, chance, wait, onProgress } = options;
  const known = new Map((await api.list()).filter(isDemo).map(({ id, description }) => [description, id]));
  let progress: DemoProgress = { made: 0, found: 0, published: 0, total: EVENTS };
  const note = (change: Partial<DemoProgress>): void => {
    progress = { ...progress, ...change };
    onProgress(progress);
  };
  for (const input of demoSubscriptions(origin)) {
    if (known.has(input.description)) {
      note({ found: progress.found + 1 });
      continue;
    }
    known.set(input.description, (await api.subscribe(input)).id);
    note({ made: progress.made + 1 });
  }
  for (let n = 0; n < EVENTS; n += 1) {
    await api.publish(demoEvent(n, chance));
    note({ published: n + 1 });
    if (!isInBurst(n)) await wait(pauseMs(chance));
  }
  await wait(SETTLING_MS);
  await api.replay(known.get(REPLAYED) ?? '');
  return progress;
}

function isInBurst(n: number): boolean {
  const first = (EVENTS - BURST) / 2;
  return n >= first && n < first + BURST;
}

/** Pauses as between people who act on their own, which add up to the duration. */
function pauseMs(chance: Chance): number {
  const mean = DURATION_MS / (EVENTS - BURST);
  return Math.min(-Math.log(1 - chance()), 4) * mean;
}
