import { FAULTS } from '../catalogue/index.js';
import { runFault } from '../run-fault.js';

const SEED = 1;
/** For one fault, on a busy machine. */
export const TIMEOUT_MS = 480_000;

/** Runs a fault in its short form. @returns everything that it breaks; durations are left to `npm run test:faults` */
export async function brokenBy(number: number): Promise<unknown[]> {
  const fault = FAULTS.find((each) => each.number === number);
  if (fault?.short === undefined) throw new Error(`Fault ${number} has no short form`);
  const { broken, findings, lost, accepted } = await runFault(fault, fault.short, SEED);
  return [
    ...broken,
    ...findings.filter(({ holds, isTime }) => !holds && isTime !== true),
    ...(lost > 0 ? [`${lost} deliveries are lost`] : []),
    ...(accepted < fault.short.events / 2 ? [`only ${accepted} events were accepted`] : []),
  ];
}
