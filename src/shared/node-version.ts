/** The version in `engines` of package.json. Tests run the service on it. Some libraries do not load on older ones. */
export const LOWEST_NODE = '22.19.0';

/** @returns an error message for the operator; null if the service runs on this version */
export function nodeFault(version: string): string | null {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [lowestMajor = 0, lowestMinor = 0] = LOWEST_NODE.split('.').map(Number);
  if (major > lowestMajor || (major === lowestMajor && minor >= lowestMinor)) return null;
  return `This service needs Node.js ${LOWEST_NODE} or newer, not ${version}.`;
}
