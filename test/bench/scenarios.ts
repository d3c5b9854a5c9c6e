import type { Bed } from './bed.js';
import type { Result } from './measure.js';

export interface Scenario {
  readonly settings?: Record<string, string>;
  run(bed: Bed, yardstickUs: number, scale: number): Promise<Result>;
}

const WARM_UP = 5000;

async function warmUp(bed: Bed, paths: readonly string[], secretsOf: () => Promise<unknown>): Promise<void> {
  await bed.load({ paths, requests: WARM_UP });
  await bed.drained();
  await secretsOf();
}

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  /** 1 KB events to one subscription each, as fast as it goes. */
  single: {
    async run(bed, yardstickUs, scale) {
      const { paths } = await bed.subscribe(10);
      await warmUp(bed, paths, () => bed.receiver.reset({}));
      return bed.measure('single', yardstickUs, { paths, requests: Math.round(60_000 * scale) });
    },
  },

  /** One event to 100 subscriptions. */
  fanout: {
    async run(bed, yardstickUs, scale) {
      await bed.subscribe(100);
      const paths = ['/webhooks/bench.event'];
      await bed.load({ paths, requests: 50 });
      await bed.drained();
      await bed.receiver.reset({});
      return bed.measure('fanout', yardstickUs, { paths, requests: Math.round(1000 * scale), connections: 32 }, 100);
    },
  },

  /** 500 events a second. */
  modest: {
    async run(bed, yardstickUs, scale) {
      const { paths } = await bed.subscribe(10);
      await warmUp(bed, paths, () => bed.receiver.reset({}));
      return bed.measure('modest', yardstickUs, { paths, requests: Math.round(5000 * scale), rate: 500 });
    },
  },
};
