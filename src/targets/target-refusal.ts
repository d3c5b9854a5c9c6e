import { BlockedTarget, type TargetGuard } from './target-guard.js';

/** A name that does not resolve in this time is accepted; every connection checks it again. */
const RESOLVE_TIMEOUT_MS = 2000;

/** Returns why deliveries to a URL are not allowed, or null if they are. A name that cannot be resolved is accepted. */
export async function targetRefusal(guard: TargetGuard, targetUrl: string): Promise<string | null> {
  const url = URL.parse(targetUrl);
  if (url === null) return 'must be a URL';
  try {
    guard.checkUrl(url);
    const unknown: string[] = [];
    const tooLate = new Promise<string[]>((resolve) => setTimeout(resolve, RESOLVE_TIMEOUT_MS, unknown).unref());
    await Promise.race([guard.addressesOf(url.hostname), tooLate]);
    return null;
  } catch (error) {
    return error instanceof BlockedTarget ? error.message : null;
  }
}
