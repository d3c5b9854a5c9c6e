import { nowMs } from '../lib/clock';
import { client } from './generated/client.gen';
import { noteAnswer, noteSilence } from './reachability';
import { requestHeaders, noteRefusedKey } from './access';

/** Statuses that proxies send while the service behind them is away. */
const AWAY: readonly number[] = [502, 504];

/** What the page asks by itself so long after somebody touched it does not prolong the session. */
const TOUCHED_MS = 60_000;
let touchedAtMs = nowMs();

function noteTouch(): void {
  touchedAtMs = nowMs();
}

/** Sets the generated client up. Everything that the dashboard asks the API goes through it. */
export function setUpClient(): void {
  client.setConfig({ baseUrl: window.location.origin, fetch: watchedFetch, throwOnError: false });
  client.interceptors.request.use((request) => {
    for (const [name, value] of Object.entries(requestHeaders())) request.headers.set(name, value);
    if (nowMs() - touchedAtMs > TOUCHED_MS) request.headers.set('X-Idle', 'true');
    return request;
  });
  // Before what the page does because of it, such as asking for the end of the session.
  for (const kind of ['pointerdown', 'keydown', 'wheel', 'click']) window.addEventListener(kind, noteTouch, true);
}

const watchedFetch: typeof fetch = async (input, init) => {
  try {
    const response = await fetch(input, init);
    if (AWAY.includes(response.status)) noteSilence();
    else noteAnswer();
    // Here and not in an interceptor, because streams have none for answers.
    if (response.status === 401) noteRefusedKey();
    return response;
  } catch (error) {
    if (!isAborted(input, init)) noteSilence();
    throw error;
  }
};

function isAborted(input: RequestInfo | URL, init: RequestInit | undefined): boolean {
  return init?.signal?.aborted ?? (input instanceof Request && input.signal.aborted);
}
