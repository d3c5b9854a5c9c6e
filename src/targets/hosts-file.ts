import { isIP } from 'node:net';

/** Addresses that a hosts file (`/etc/hosts`) gives a name, in its order; none when it does not know the name. */
export function addressesInHostsFile(text: string, host: string): string[] {
  return text.split('\n').flatMap((line) => {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    return isIP(address) !== 0 && names.some((name) => name.toLowerCase() === host) ? [address] : [];
  });
}
