import { isIP } from 'node:net';

/** @param cidr an address, optionally with a prefix length, as in 10.0.0.0/8 */
export function isCidr(cidr: string): boolean {
  const [address = '', prefix] = cidr.split('/');
  const version = isIP(address);
  if (version === 0 || cidr.split('/').length > 2) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128));
}
