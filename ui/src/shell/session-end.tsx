import { Clock } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { access, enter, noteRefusedKey } from '../api/access';
import { answerOf } from '../api/failure';
import { getSession } from '../api/generated';
import { Countdown } from '../components/time';
import { Button } from '../components/ui/button';
import { nowMs, useNow } from '../lib/clock';
import { useStore } from '../lib/store';

/** Before the end of a session. Sessions that are very short are announced in their second half. */
const NOTICE_MS = 5 * 60_000;
/** Whoever works is asked for no more often. */
const ASK_EVERY_MS = 10_000;

/**
 * Says that the session is about to end. Use prolongs it, so the service is asked when somebody works on the page; it
 * is not asked for a page that nobody touches, because that would keep it signed in for ever.
 */
export default function SessionEnd() {
  const who = useStore(access);
  const expiresAt = who.state === 'signed-in' ? (who.expiresAt ?? null) : null;
  const endMs = expiresAt === null ? Infinity : Date.parse(expiresAt);
  const noticeMs = useNoticeMs(endMs);
  const now = useNow();
  const isNear = endMs - now <= noticeMs;
  const isOver = endMs <= now;
  const { isFinal, ask } = useAsking(isNear);
  useEffect(() => {
    // The answer is a refusal, which brings the sign-in.
    if (isOver) void ask();
  }, [isOver, ask]);
  if (!isNear || isOver || expiresAt === null) return null;
  return (
    <div
      role="status"
      className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-border bg-warning-tint px-6 py-1.5 text-warning max-md:px-4"
    >
      <Clock aria-hidden className="size-4 shrink-0" />
      <span className="font-medium">
        Your session ends <Countdown at={expiresAt} />
        {isFinal ? ', however much you use it.' : ' unless you go on using it.'}
      </span>
      <Button size="sm" onClick={() => (isFinal ? noteRefusedKey() : void ask())}>
        {isFinal ? 'Sign in again' : 'Stay signed in'}
      </Button>
    </div>
  );
}

function useNoticeMs(endMs: number): number {
  const [notice, setNotice] = useState({ endMs, noticeMs: noticeFor(endMs) });
  if (notice.endMs !== endMs) setNotice({ endMs, noticeMs: noticeFor(endMs) });
  return notice.noticeMs;
}

function noticeFor(endMs: number): number {
  return Math.min(NOTICE_MS, (endMs - nowMs()) / 2);
}

/** Asks the service for the end of the session, once somebody does something near it. */
function useAsking(isNear: boolean): { readonly isFinal: boolean; readonly ask: () => Promise<void> } {
  const [unchanged, setUnchanged] = useState(0);
  const [ask] = useState(() => async () => {
    const before = endOf();
    try {
      enter(await answerOf(getSession()));
    } catch {
      // A refusal brings the sign-in; a service that is away says so itself.
      return;
    }
    setUnchanged((count) => (endOf() === before ? count + 1 : 0));
  });
  const askedAtMs = useRef(0);
  useEffect(() => {
    if (!isNear) return;
    const askSoon = (): void => {
      if (nowMs() - askedAtMs.current < ASK_EVERY_MS) return;
      askedAtMs.current = nowMs();
      void ask();
    };
    document.addEventListener('pointerdown', askSoon);
    document.addEventListener('keydown', askSoon);
    return () => {
      document.removeEventListener('pointerdown', askSoon);
      document.removeEventListener('keydown', askSoon);
    };
  }, [isNear, ask]);
  // The first use may be written down a moment after its answer.
  return { isFinal: unchanged > 1, ask };
}

function endOf(): string | null {
  const who = access.get();
  return who.state === 'signed-in' ? (who.expiresAt ?? null) : null;
}
