import { joined, type Measured, type Notes, target } from './measure.js';

/** Yardstick of the machine for which microseconds and deliveries per second are stated. */
const REFERENCE_YARDSTICK_US = 28;

/** Scales targets to a machine, and notes whether they were reached. */
export function judge(measured: Measured, yardstickUs: number): Notes {
  const { mostYardsticks, mostCpuUs, leastPerSecond } = measured.speedTargets ?? {};
  const cpuUs = measured.cpu_us_per_delivery.total;
  const perSecond = measured.deliveries_per_second;
  const notes: Notes[] = [];
  if (mostYardsticks !== undefined) {
    const yardsticks = cpuUs / yardstickUs;
    notes.push(
      target(`<= ${mostYardsticks} yardsticks a delivery`, yardsticks <= mostYardsticks, yardsticks.toFixed(1)),
    );
  }
  if (mostCpuUs !== undefined) {
    const most = Math.round((mostCpuUs * yardstickUs) / REFERENCE_YARDSTICK_US);
    notes.push(target(`CPU <= ${most} µs (${mostCpuUs} ${AT_REFERENCE})`, cpuUs <= most, cpuUs));
  }
  if (leastPerSecond !== undefined) {
    const least = Math.round((leastPerSecond * REFERENCE_YARDSTICK_US) / yardstickUs);
    notes.push(target(`>= ${least}/s (${leastPerSecond} ${AT_REFERENCE})`, perSecond >= least, perSecond));
  }
  return joined(notes);
}

const AT_REFERENCE = `at ${REFERENCE_YARDSTICK_US} µs a yardstick`;
