import { isIP } from 'node:net';

/** Returns the addresses of a name in a hosts file (`/etc/hosts`), in the order of its lines. */
export function addressesInHostsFile(text: string, host: string): string[] {
  return text.split('\n').flatMap((line) => {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    return isIP(address) !== 0 && names.some((name) => name.toLowerCase() === host) ? [address] : [];
  });
}
