/**
 * What `engines` in package.json says, which the tests run the service on. Some libraries fail as they load on older
 * ones.
 */
export const LOWEST_NODE = '22.19.0';

/** @returns what to tell whoever starts the service on that version; null when it will do */
export function nodeFault(version: string): string | null {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [lowestMajor = 0, lowestMinor = 0] = LOWEST_NODE.split('.').map(Number);
  if (major > lowestMajor || (major === lowestMajor && minor >= lowestMinor)) return null;
  return `Node.js ${LOWEST_NODE} or newer is needed, and this is ${version}.`;
}
