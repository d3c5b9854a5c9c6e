import { answerOf } from '../api/failure';
import { type ExchangedPortalSessionAnswer, exchangePortalCode, type Problem } from '../api/generated';
import { client } from '../api/generated/client.gen';
import { noteAnswer, noteSilence } from '../api/reachability';
import type { PortalSession } from './portal-session';

type Tokens = Pick<PortalSession, 'bearer' | 'noteRefusal' | 'scope'>;

/** Sets the generated client up: all that it asks is asked with the token of the session, and never without one. */
export function setUpPortalClient(session: Tokens): void {
  // A cookie of the dashboard in the same browser has nothing to do with the customer.
  client.setConfig({
    baseUrl: window.location.origin,
    credentials: 'omit',
    fetch: fetchWith(session),
    throwOnError: false,
  });
}

/** Exchanges the code of a link. @throws Refused, Unreachable */
export function exchange(code: string): Promise<ExchangedPortalSessionAnswer> {
  return answerOf(exchangePortalCode({ body: { code }, fetch: ask }));
}

/**
 * A request that comes when the session has ended waits for the next one, so that nobody has to do anything twice. It
 * is not sent, and its answer is not shown, if that one is for somebody else.
 */
function fetchWith(session: Tokens): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    // The body of a request can be sent once.
    const again = request.clone();
    const scope = session.scope();
    const isOfAnother = (): boolean => scope !== null && session.scope() !== scope;
    const token = await session.bearer();
    if (token === null || isOfAnother()) return ended();
    const response = await sendWith(request, token);
    if (isOfAnother()) return ended();
    if (response.status !== 401 || !(await session.noteRefusal(token))) return response;
    const next = await session.bearer();
    return next === null || isOfAnother() ? response : sendWith(again, next);
  };
}

function sendWith(request: Request, token: string): Promise<Response> {
  request.headers.set('Authorization', `Bearer ${token}`);
  return ask(request);
}

/** Notes whether the service answers. */
const ask: typeof fetch = async (input, init) => {
  const request = new Request(input, init);
  try {
    const response = await fetch(request);
    noteAnswer();
    return response;
  } catch (error) {
    if (!request.signal.aborted) noteSilence();
    throw error;
  }
};

/** What the service would answer. */
function ended(): Response {
  const problem: Problem = {
    type: 'about:blank',
    title: 'The session has ended',
    status: 401,
    detail: 'The session of the portal has ended, so this was not sent.',
    instance: '/portal',
    code: 'session_ended',
    request_id: '',
  };
  return new Response(JSON.stringify(problem), {
    status: 401,
    headers: { 'content-type': 'application/problem+json' },
  });
}
