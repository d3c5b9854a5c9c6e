import { BlockedTarget, type TargetGuard } from './target-guard.js';

/** A name that does not answer by then is let pass: it is judged again at each connection. */
const RESOLVE_TIMEOUT_MS = 2000;

/** Why no delivery may go to a URL, as far as that can be known now; null when it may. */
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
