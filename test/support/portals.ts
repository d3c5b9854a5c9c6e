import { ApiClient, type ApiResponse } from './api-client.js';

export const CAPABILITIES = [
  'subscriptions:read',
  'subscriptions:write',
  'subscriptions:test',
  'secrets:read',
  'deliveries:read',
  'deliveries:retry',
  'payloads:read',
  'replays:write',
] as const;
export type Capability = (typeof CAPABILITIES)[number];

export interface PortalTerms {
  readonly tenant_id?: string | undefined;
  readonly capabilities?: readonly Capability[];
  readonly subscription_ids?: readonly string[];
  readonly expires_in?: number;
  readonly actor?: string;
  readonly [other: string]: unknown;
}

export interface PortalLink {
  readonly id: string;
  readonly url: string;
  readonly expires_at: string;
}

export interface PortalToken {
  readonly id: string;
  readonly token: string;
  readonly expires_at: string;
  readonly capabilities: readonly string[];
  readonly subscription_ids: readonly string[] | null;
}

/** Makes and opens portals of a service. */
export class Portals {
  constructor(
    private readonly url: string,
    private readonly admin: ApiClient,
  ) {}

  /** Asks for a link to a portal of the default tenant that may read deliveries. */
  ask(terms: PortalTerms = {}, client = this.admin): Promise<ApiResponse> {
    const body = {
      tenant_id: 'default',
      capabilities: ['deliveries:read'],
      return_url: 'https://app.example.com/settings',
      ...terms,
    };
    return client.request('POST', '/portal-sessions', { body });
  }

  async link(terms: PortalTerms = {}): Promise<PortalLink> {
    const answer = await this.ask(terms);
    if (answer.status !== 201) throw new Error(`There is no link: ${answer.text}`);
    return answer.body as PortalLink;
  }

  /** Follows a link, as its page would. */
  exchange(link: Pick<PortalLink, 'url'>): Promise<ApiResponse> {
    const code = /#code=(.*)$/.exec(link.url)?.[1];
    return new ApiClient(this.url).request('POST', '/portal-sessions/exchange', { body: { code } });
  }

  async open(terms: PortalTerms = {}): Promise<PortalToken> {
    const answer = await this.exchange(await this.link(terms));
    if (answer.status !== 200) throw new Error(`The link does not work: ${answer.text}`);
    return answer.body as PortalToken;
  }

  /** A client that uses a new portal. */
  async client(terms: PortalTerms = {}): Promise<ApiClient> {
    return new ApiClient(this.url).as((await this.open(terms)).token);
  }
}
