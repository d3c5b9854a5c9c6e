import { eventually } from './eventually.js';
import { rememberAuthorization, rememberSecretsIn } from './known-secrets.js';
import { assertMatchesOpenApi } from './openapi-validator.js';

export interface SubscriptionInput {
  readonly target_url?: string;
  readonly event_type?: string;
  readonly event_types?: string | readonly string[];
  readonly secret?: string;
  readonly description?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly shown_headers?: readonly string[];
  readonly state?: 'active' | 'paused';
  readonly retry?: {
    readonly max_attempts?: number;
    readonly initial_interval?: number;
    readonly max_interval?: number;
  };
  readonly timeout?: number;
  readonly max_in_flight?: number;
  readonly verify_ingest?: boolean;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

export interface SubscriptionAnswer {
  readonly id: string;
  readonly target_url: string;
  readonly event_type?: string;
  readonly event_types: readonly string[];
  readonly state: 'active' | 'paused' | 'disabled';
  readonly disabled_reason: string | null;
  readonly disabled_at: string | null;
  readonly description: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly shown_headers: readonly string[];
  readonly retry: { readonly max_attempts: number; readonly initial_interval: number; readonly max_interval: number };
  readonly timeout: number;
  readonly max_in_flight: number;
  readonly verify_ingest: boolean;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly created_at: string;
  readonly updated_at: string;
}

/** Part of the answer of GET /subscriptions/{id} and of lists. */
export interface HealthAnswer {
  readonly state: 'healthy' | 'failing' | 'idle' | 'paused' | 'disabled';
  readonly summary: string;
  readonly success_rate: number | null;
  readonly success_by_hour: readonly (number | null)[];
  readonly consecutive_failures: number;
  readonly failing_since: string | null;
  readonly disabling_progress: number | null;
  readonly waiting: number;
  readonly parked: number;
  readonly lane: {
    readonly in_flight: number;
    readonly width: number;
    readonly limit: number;
    readonly workers: number;
  };
}

export interface CreatedSubscriptionAnswer extends SubscriptionAnswer {
  readonly secret: string;
}

export interface PublishedAnswer {
  readonly task_id: string;
  readonly event_id: string;
  readonly status_url: string;
}

export interface BroadcastAnswer {
  readonly event_id: string;
  readonly deliveries: number;
  readonly status_url: string;
}

export interface DeliveryErrorAnswer {
  readonly code: string;
  readonly message: string | null;
}

export interface AttemptAnswer {
  readonly number: number;
  readonly started_at: string;
  readonly duration_ms: number | null;
  readonly status_code: number | null;
  readonly error: DeliveryErrorAnswer | null;
  readonly response_headers: Readonly<Record<string, string>>;
  readonly response_body: string;
  readonly late: boolean;
  readonly request_headers: readonly { readonly name: string; readonly value: string }[] | null;
  readonly phases: Readonly<Record<'dns_ms' | 'connect_ms' | 'tls_ms' | 'wait_ms' | 'read_ms', number | null>> | null;
}

export interface DeliveryAnswer {
  readonly id: string;
  readonly task_id: string;
  readonly event_id: string;
  readonly webhook_id: string;
  readonly subscription_id: string;
  readonly event_type: string;
  readonly target_url: string;
  readonly status: 'pending' | 'retrying' | 'in_flight' | 'delivered' | 'failed' | 'cancelled';
  readonly retry_of: string | null;
  readonly replay_id: string | null;
  readonly attempt_count: number;
  readonly max_attempts: number;
  readonly next_attempt_at: string | null;
  readonly last_status_code: number | null;
  readonly last_error: DeliveryErrorAnswer | null;
  readonly created_at: string;
  readonly finished_at: string | null;
}

export interface DeliveryWithAttemptsAnswer extends DeliveryAnswer {
  readonly summary: string;
  readonly attempts: readonly AttemptAnswer[];
}

export interface PageAnswer<T> {
  readonly data: readonly T[];
  readonly has_more: boolean;
  readonly next_cursor: string | null;
}

export interface ProblemAnswer {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly code: string;
  readonly request_id: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
}

export interface ApiResponse {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed if it is JSON, otherwise the text. */
  readonly body: unknown;
  readonly text: string;
  readonly bytes: Buffer;
}

export interface ApiRequest {
  /** An object is sent as JSON. A string or bytes are sent unchanged; their content type comes only from `headers`. */
  readonly body?: string | Buffer | object;
  readonly headers?: Readonly<Record<string, string>>;
  /** False for a request that is not in the OpenAPI document, such as one to an unknown route. */
  readonly validate?: boolean;
}

const OUTSIDE_THE_DOCUMENT = /^\/(docs|openapi\.json|echo)(\/|$)/;
const FINAL_STATUSES: readonly string[] = ['delivered', 'failed', 'cancelled'];

/** Calls a running service over HTTP, and checks each response against the OpenAPI document. */
export class ApiClient {
  private readonly validate: boolean;
  private readonly headers: Readonly<Record<string, string>>;

  constructor(
    private readonly baseUrl: string,
    options: { validate?: boolean; headers?: Readonly<Record<string, string>> } = {},
  ) {
    this.validate = options.validate ?? true;
    this.headers = options.headers ?? {};
  }

  /** A client of the same service that sends an API key. */
  as(token: string, headers: Readonly<Record<string, string>> = {}): ApiClient {
    return new ApiClient(this.baseUrl, {
      validate: this.validate,
      headers: { ...this.headers, authorization: `Bearer ${token}`, ...headers },
    });
  }

  /** Returns any response, including redirects. @throws Error if it does not match the OpenAPI document */
  async request(method: string, path: string, request: ApiRequest = {}): Promise<ApiResponse> {
    const { body, type } = encode(request.body);
    const headers = new Headers(type);
    // Set one by one, because an object with content-type and Content-Type would become one header with both values.
    for (const [name, value] of Object.entries({ ...this.headers, ...request.headers })) headers.set(name, value);
    rememberAuthorization(headers.get('authorization') ?? '');
    rememberSecretsIn(request.body);
    const answer = await fetch(this.baseUrl + path, { method, headers, redirect: 'manual', ...(body && { body }) });
    const response = await readAnswer(answer);
    rememberSecretsIn(response.body);
    const pathname = path.replace(/\?.*$/s, '');
    if ((request.validate ?? this.validate) && !OUTSIDE_THE_DOCUMENT.test(pathname)) {
      const contentType = response.headers.get('content-type');
      assertMatchesOpenApi({ method, path: pathname, status: response.status, contentType, body: response.body });
    }
    return response;
  }

  createSubscription(input: SubscriptionInput): Promise<CreatedSubscriptionAnswer> {
    return this.expect<CreatedSubscriptionAnswer>(201, 'POST', '/subscriptions', { body: input });
  }

  getSubscription(id: string): Promise<SubscriptionAnswer & { readonly health: HealthAnswer }> {
    return this.expect<SubscriptionAnswer & { readonly health: HealthAnswer }>(
      200,
      'GET',
      `/subscriptions/${encodeURIComponent(id)}`,
    );
  }

  publish(
    subscriptionId: string,
    payload: string | Buffer | object,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<PublishedAnswer> {
    const path = `/ingest/${encodeURIComponent(subscriptionId)}`;
    return this.expect<PublishedAnswer>(202, 'POST', path, { body: payload, headers });
  }

  broadcast(
    eventType: string,
    payload: string | Buffer | object,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<BroadcastAnswer> {
    const path = `/webhooks/${encodeURIComponent(eventType)}`;
    return this.expect<BroadcastAnswer>(202, 'POST', path, { body: payload, headers });
  }

  /** @param taskId id of a delivery */
  status(taskId: string): Promise<DeliveryWithAttemptsAnswer> {
    return this.expect<DeliveryWithAttemptsAnswer>(200, 'GET', `/status/${encodeURIComponent(taskId)}`);
  }

  deliveriesOf(subscriptionId: string, query: Readonly<Record<string, string>> = {}): Promise<DeliveryAnswer[]> {
    const path = `/subscriptions/${encodeURIComponent(subscriptionId)}/deliveries?${new URLSearchParams(query).toString()}`;
    return this.list<DeliveryAnswer>(path);
  }

  /** All items of a list, from all its pages: one that takes the service long ends before it is full. */
  async list<T>(path: string): Promise<T[]> {
    const items: T[] = [];
    for (let at: string | null = path; at !== null;) {
      const page: PageAnswer<T> = await this.expect<PageAnswer<T>>(200, 'GET', at);
      items.push(...page.data);
      at = page.next_cursor === null ? null : withCursor(path, page.next_cursor);
    }
    return items;
  }

  /** Waits until the delivery is delivered, failed or cancelled, and returns it. */
  untilFinal(taskId: string, timeoutMs = 30_000): Promise<DeliveryWithAttemptsAnswer> {
    return eventually(() => this.status(taskId), { timeoutMs, until: ({ status }) => FINAL_STATUSES.includes(status) });
  }

  /** Returns the body of a response. @throws Error if the response has another status */
  async expect<T>(status: number, method: string, path: string, request: ApiRequest = {}): Promise<T> {
    const response = await this.request(method, path, request);
    if (response.status === status) return response.body as T;
    throw new Error(`${method} ${path} answered ${response.status}, not ${status}: ${response.text}`);
  }
}

/** Converts strings to bytes, because fetch would add a content type for a string. */
function encode(body: ApiRequest['body']): { body?: Uint8Array<ArrayBuffer>; type?: Record<string, string> } {
  if (body === undefined) return {};
  if (typeof body === 'string' || Buffer.isBuffer(body)) return { body: new Uint8Array(Buffer.from(body)) };
  return { body: new Uint8Array(Buffer.from(JSON.stringify(body))), type: { 'content-type': 'application/json' } };
}

function isEndless({ headers }: Response): boolean {
  return headers.get('content-type')?.startsWith('text/event-stream') === true;
}

/** The beginning of a response without an end, which is cancelled then. */
async function firstBytes({ body }: Response): Promise<Buffer> {
  for await (const chunk of body ?? []) return Buffer.from(chunk as Uint8Array);
  return Buffer.alloc(0);
}

async function readAnswer(answer: Response): Promise<ApiResponse> {
  const bytes = isEndless(answer) ? await firstBytes(answer) : Buffer.from(await answer.arrayBuffer());
  const text = bytes.toString();
  const isJson = /^application\/(.+\+)?json\b/i.test(answer.headers.get('content-type') ?? '');
  return { status: answer.status, headers: answer.headers, body: isJson ? parsed(text) : text, text, bytes };
}

/** Text that does not parse is returned unchanged, and then fails the check against the schema. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function withCursor(path: string, cursor: string): string {
  const [pathname = '', query] = path.split('?');
  const parameters = new URLSearchParams(query);
  parameters.set('cursor', cursor);
  return `${pathname}?${parameters.toString()}`;
}
