import { vi } from 'vitest';

type Answer = { readonly status?: number; readonly body?: unknown } | 'away' | 'never';
type Handler = Answer | ((url: URL, request: Request) => Answer | Promise<Answer>);

/** Requests that reached the API, as `GET /deliveries?status=failed`. */
export interface FakeApi {
  readonly requests: string[];
  /** Changes what a path answers. Paths begin with their method: `GET /deliveries`. */
  answer(route: string, handler: Handler): void;
}

/** A service that answers what a test says, and 404 to everything else. */
export function fakeApi(routes: Readonly<Record<string, Handler>>): FakeApi {
  const handlers = new Map(Object.entries(routes));
  const requests: string[] = [];
  vi.stubGlobal('fetch', async (input: RequestInfo | URL, init?: RequestInit) => {
    const request = new Request(input instanceof Request ? input : new URL(String(input), location.origin), init);
    request.signal.throwIfAborted();
    const url = new URL(request.url);
    requests.push(`${request.method} ${url.pathname}${url.search}`);
    const handler = handlers.get(`${request.method} ${url.pathname}`) ?? {
      status: 404,
      body: problem(404, 'There is no such thing.'),
    };
    const answer = typeof handler === 'function' ? await handler(url, request) : handler;
    if (answer === 'never') return untilAborted(request);
    if (answer === 'away') throw new TypeError('Failed to fetch');
    const { status = 200, body = {} } = answer;
    return Promise.resolve(
      new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } }),
    );
  });
  return { requests, answer: (route, handler) => void handlers.set(route, handler) };
}

function untilAborted({ signal }: Request): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });
}

export function problem(status: number, detail: string) {
  return { type: 'urn:x', title: 'Refused', status, detail, instance: '/', code: 'refused', request_id: 'req-1' };
}
