import { Clock } from 'lucide-react';
import { Notice } from '../components/states';
import { buttonClass } from '../components/ui/button';

/** Where a customer can go when there is no session. */
export interface Ways {
  /** Page of the host that renews the session; null if there is none, or the page around this one does it. */
  readonly refreshUrl: () => string | null;
  /** Called when that page is opened in another tab: the new session is meant for this one. */
  readonly onRefresh: () => void;
  /** Page of the host from which the portal was opened; null if this tab does not know it. */
  readonly returnUrl: () => string | null;
}

interface EndedProps {
  /** Why, and what to do. */
  readonly words: string | null;
  readonly ways: Ways;
}

/** Over the screens, which stay as they are. */
export function EndedBar({ words, ways }: EndedProps) {
  return (
    <div
      role="alert"
      className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-border bg-warning-tint px-6 py-1.5 text-warning max-md:px-4"
    >
      <Clock aria-hidden className="size-4 shrink-0" />
      <p className="min-w-56 flex-1 font-medium">{words} What you typed stays here until you leave.</p>
      <WaysOut ways={ways} isBeside />
    </div>
  );
}

/** In place of the screens, where none was shown yet. */
export function EndedPage({ words, ways }: EndedProps) {
  return (
    <main className="min-h-0 flex-1 overflow-y-auto">
      <h1 className="sr-only">Webhooks</h1>
      <Notice icon={<Clock aria-hidden className="size-5 text-muted-foreground" />} title="The portal is closed">
        <p role="alert">{words}</p>
        <WaysOut ways={ways} isBeside={false} />
      </Notice>
    </main>
  );
}

/** @param isBeside whether the page must stay, because there may be something on it */
function WaysOut({ ways, isBeside }: { readonly ways: Ways; readonly isBeside: boolean }) {
  const [refreshUrl, returnUrl] = [ways.refreshUrl(), ways.returnUrl()];
  const [target, rel] = isBeside ? ['_blank', 'noopener'] : ['_top', undefined];
  if (refreshUrl !== null) {
    return (
      <a href={refreshUrl} target={target} rel={rel} onClick={ways.onRefresh} className={buttonClass({ size: 'sm' })}>
        Renew the session
      </a>
    );
  }
  if (returnUrl === null) return null;
  return (
    <a href={returnUrl} target={target} rel={rel} className={buttonClass({ size: 'sm' })}>
      Back to {URL.parse(returnUrl)?.host ?? returnUrl}
    </a>
  );
}
