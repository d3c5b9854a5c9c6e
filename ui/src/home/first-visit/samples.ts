/** The bin of the echo receiver that the first steps use. */
export const ECHO_BIN = 'first';
export const SAMPLE_TYPE = 'order.created';
export const SAMPLE_PAYLOAD = '{\n  "order": 42,\n  "total_cents": 1999\n}';
const ECHO_PATH = /^\/echo\/[^/]+$/;

/** A type that a subscription wants: one that it names, or one that its first pattern covers. */
export function typeFor(patterns: readonly string[]): string {
  const named = patterns.find((each) => !each.includes('*'));
  if (named !== undefined) return named;
  const [first = '*'] = patterns;
  return first === '*' ? SAMPLE_TYPE : first.replace('*', 'created');
}

/** Whether a target is the echo receiver of this service, which fails when its URL asks for it. */
export function isEcho(targetUrl: string): boolean {
  const { origin, pathname } = new URL(targetUrl);
  return origin === window.location.origin && ECHO_PATH.test(pathname);
}

export function isIll(targetUrl: string): boolean {
  return new URL(targetUrl).searchParams.has('status');
}

/** The target of a receiver that answers 503, or of one that answers 200. */
export function targetOf(targetUrl: string, isWanted: 'ill' | 'well'): string {
  const { origin, pathname } = new URL(targetUrl);
  return `${origin}${pathname}${isWanted === 'ill' ? '?status=503' : ''}`;
}
