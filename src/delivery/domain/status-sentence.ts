/** Maximum characters of a redirect's target in the sentence. */
const MAX_LOCATION = 150;

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Whether a response asks to send the request to another URL. */
export function isRedirect(statusCode: number): boolean {
  return REDIRECTS.has(statusCode);
}

/** What a receiver may mean by a status, and what to do about it. */
const ADVICE: Readonly<Record<number, string>> = {
  401: 'check the auth and the headers of the subscription',
  403: 'check the auth and the headers of the subscription, and whether a firewall of the receiver refuses this service',
  404: 'check the path of target_url',
  405: 'the path of target_url must take POST requests',
  410: 'a 410 disables the subscription; set its state to "active" to resume',
  411: 'it demands a Content-Length, which every delivery has; check the proxies before the receiver',
  413: 'it must take larger bodies',
  415: 'it must take the content type of the event',
  429: 'it wants fewer requests; lower max_in_flight',
};

/**
 * Where a redirect points to: origin and path only, because queries and user names often are credentials, and the
 * sentence goes to the history and the log. Undefined if that is no HTTP address.
 *
 * @param location the `Location` header, which may be relative to `targetUrl`
 */
export function pointedTo(location: string, targetUrl: string): string | undefined {
  const url = URL.parse(location, targetUrl);
  return url !== null && /^https?:$/.test(url.protocol) ? url.origin + url.pathname : undefined;
}

/** Says what a response other than 2xx means. @param location where it points to, as `pointedTo` returns it */
export function statusSentence(statusCode: number, location: string | undefined): string {
  const answered = `the receiver answered ${statusCode}`;
  if (isRedirect(statusCode) && location !== undefined) {
    const to = location.length > MAX_LOCATION ? `${location.slice(0, MAX_LOCATION)}...` : location;
    return `${answered}: redirects are not followed; it pointed to ${to}, so set target_url to the final URL`;
  }
  if (isRedirect(statusCode)) return `${answered}: redirects are not followed; set target_url to the final URL`;
  const advice = ADVICE[statusCode];
  return advice === undefined ? answered : `${answered}: ${advice}`;
}
