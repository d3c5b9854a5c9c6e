import { builtFile } from './built-file.js';
import type { ServiceProcess } from './service-process.js';

/** Makes a process of the service tell where it connects to. */
export const TELLS_DESTINATIONS = builtFile('test/faults/preloads/connections.js');

/** Where a process that has loaded `TELLS_DESTINATIONS` began connections to so far: address and port. */
export function destinationsOf(service: ServiceProcess): Set<string> {
  return new Set(
    [...service.output().matchAll(/^connecting to (\S+ \d+)$/gm)].map(([, destination = '']) => destination),
  );
}

/** The same form for where a URL leads that has an address for a host. */
export function destinationOf(url: string): string {
  const { hostname, port } = new URL(url);
  return `${hostname} ${port}`;
}
