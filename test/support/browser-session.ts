import { ApiClient, type ApiRequest, type ApiResponse } from './api-client.js';
import { rememberSecret } from './known-secrets.js';

/** What pages of the service send with each request. */
export const FROM_OWN_PAGE = { 'x-requested-with': 'webhooks', 'sec-fetch-site': 'same-origin' };

/** A browser as far as cookies go: it keeps what it is told to keep, and sends it back. */
export class BrowserSession {
  /** Value of the header `Cookie`; null before the first sign-in. */
  cookie: string | null = null;
  /** The last `Set-Cookie`, with its attributes. */
  setCookie = '';
  private readonly client: ApiClient;

  constructor(url: string) {
    this.client = new ApiClient(url);
  }

  /** Signs in with a key in the body. */
  signIn(key: string, headers: Readonly<Record<string, string>> = {}): Promise<ApiResponse> {
    return this.request('POST', '/session', { body: { key }, headers });
  }

  /**
   * Sends a request as a page of the service would. Given headers replace those of the page; empty ones are left out.
   */
  async request(method: string, path: string, { headers = {}, ...request }: ApiRequest = {}): Promise<ApiResponse> {
    const all = { ...FROM_OWN_PAGE, ...(this.cookie !== null && { cookie: this.cookie }), ...headers };
    const sent = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
    const answer = await this.client.request(method, path, { ...request, headers: sent });
    const set = answer.headers.get('set-cookie');
    if (set !== null) this.keep(set);
    return answer;
  }

  private keep(set: string): void {
    this.setCookie = set;
    const [pair = ''] = set.split(';', 1);
    const token = pair.slice(pair.indexOf('=') + 1);
    rememberSecret(token);
    this.cookie = token === '' ? null : pair;
  }
}
