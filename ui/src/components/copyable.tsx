import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { copyText } from '../lib/clipboard';
import { cx } from '../lib/cx';
import { say } from './toasts';

const SHOWN_MS = 1200;

interface CopyableProps {
  readonly text: string;
  /** What is copied, for the hint: `delivery id`. */
  readonly what: string;
  /** Shown in place of the text. */
  readonly label?: string;
  readonly className?: string;
}

/** An id or another text that is copied by a click. */
export function Copyable({ text, what, label, className }: CopyableProps) {
  const [isCopied, setIsCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const end = setTimeout(() => setIsCopied(false), SHOWN_MS);
    return () => clearTimeout(end);
  }, [isCopied]);
  const copy = async (): Promise<void> => {
    if (await copyText(text)) setIsCopied(true);
    else say('failed', 'The browser does not let this page copy. Select the text instead.');
  };
  const Icon = isCopied ? Check : Copy;
  return (
    <button
      type="button"
      onClick={() => void copy()}
      aria-label={label?.startsWith('Copy ') ? label : `Copy ${what} ${label ?? text}`}
      data-hint={isCopied ? 'Copied' : `Copy ${what}`}
      className={cx(
        'group inline-flex max-w-full items-center gap-1.5 rounded-sm text-left font-mono text-muted-foreground hover:text-foreground',
        className,
      )}
    >
      <span className="truncate">{label ?? text}</span>
      <Icon aria-hidden className={cx('size-3 shrink-0', !isCopied && 'opacity-0 group-hover:opacity-100')} />
    </button>
  );
}
