import { builtFile } from './built-file.js';
import type { ServiceProcess } from './service-process.js';

/** Makes a process of the service log the addresses that it connects to. */
export const TELLS_DESTINATIONS = builtFile('test/faults/preloads/connections.js');

/** Addresses and ports that a process with `TELLS_DESTINATIONS` has connected to so far. */
export function destinationsOf(service: ServiceProcess): Set<string> {
  return new Set(
    [...service.output().matchAll(/^connecting to (\S+ \d+)$/gm)].map(([, destination = '']) => destination),
  );
}

/** Address and port of a URL whose host is an address, in the same form. */
export function destinationOf(url: string): string {
  const { hostname, port } = new URL(url);
  return `${hostname} ${port}`;
}
