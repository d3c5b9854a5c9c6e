import { eventually } from './eventually.js';
import type { ServiceProcess } from './service-process.js';

/** Present value of a metric without labels. */
export async function metricOf(service: ServiceProcess, name: string): Promise<number> {
  const read = async (): Promise<string> => (await fetch(`${service.adminUrl}/metrics`)).text();
  // An answer may be a second old; a fresh one shows another processor time.
  const old = await read();
  return metricIn(await eventually(read, { until: (text) => text !== old }), name);
}

/** Value of a metric without labels in an answer of `/metrics`. @throws Error if there is none */
export function metricIn(text: string, name: string): number {
  const line = text.split('\n').find((each) => each.startsWith(`${name} `));
  if (line === undefined) throw new Error(`There is no metric ${name}.`);
  return Number(line.slice(name.length));
}
