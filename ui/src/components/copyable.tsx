import { Check, Copy } from 'lucide-react';
import { cx } from '../lib/cx';
import { useCopied } from './use-copied';

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
  const [isCopied, copy] = useCopied(text);
  const Icon = isCopied ? Check : Copy;
  return (
    <button
      type="button"
      onClick={copy}
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
