import { WAITING } from './waiting-tab';

/*
 * A tab in which something was typed is not left to renew its session. The link that renews it opens another tab, and
 * that one hands its code over: both are pages of this service in one browser.
 */

/** The host may have to ask its user to sign in. */
const WAITING_MS = 10 * 60_000;
const ANSWER_MS = 500;

interface Offer {
  readonly tenant: string;
  readonly code: string;
}

/** Takes the next code of a tenant that another tab is opened with. */
export function awaitCode(tenant: string, now: number, take: (code: string) => Promise<unknown>): void {
  const channel = new BroadcastChannel(WAITING);
  note(JSON.stringify({ tenant, until: now + WAITING_MS }));
  channel.onmessage = ({ data }: MessageEvent) => {
    const offer = data as Partial<Offer> | null;
    if (offer?.tenant !== tenant || offer.code === undefined) return;
    channel.postMessage('taken');
    channel.close();
    note(null);
    void take(offer.code);
  };
}

/** Offers a code to a tab that waits for one. @returns whether it was taken */
export async function offerCode(tenant: string, code: string): Promise<boolean> {
  const channel = new BroadcastChannel(WAITING);
  const answer = new Promise<boolean>((resolve) => {
    channel.onmessage = ({ data }: MessageEvent) => data === 'taken' && resolve(true);
    setTimeout(() => resolve(false), ANSWER_MS);
  });
  channel.postMessage({ tenant, code } satisfies Offer);
  const isTaken = await answer;
  channel.close();
  return isTaken;
}

function note(text: string | null): void {
  try {
    if (text === null) localStorage.removeItem(WAITING);
    else localStorage.setItem(WAITING, text);
  } catch {
    // Storage is forbidden: the other tab opens a portal of its own.
  }
}
