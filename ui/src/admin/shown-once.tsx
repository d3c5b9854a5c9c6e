import { Check, Copy } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { say } from '../components/toasts';
import { Button } from '../components/ui/button';
import { Dialog } from '../components/ui/dialog';
import { copyText } from '../lib/clipboard';

interface ShownOnceProps {
  readonly title: string;
  /** What it is, and why it must be copied now. */
  readonly children: ReactNode;
  readonly text: string;
  /** `key`, `link`. */
  readonly what: string;
  /** Beside the button that copies. */
  readonly aside?: ReactNode;
  readonly onClose: () => void;
}

/** A secret that nobody can read again. Only its button closes the window, so that no slip loses it. */
export function ShownOnce({ title, children, text, what, aside, onClose }: ShownOnceProps) {
  const [isCopied, setIsCopied] = useState(false);
  const copy = async (): Promise<void> => {
    if (await copyText(text)) setIsCopied(true);
    else say('failed', 'The browser does not let this page copy. Select the text instead.');
  };
  return (
    <Dialog open onClose={() => undefined} title={title} className="max-w-lg">
      <div className="flex flex-col gap-4 overflow-y-auto p-6">
        <h2 aria-hidden className="text-lg font-semibold">
          {title}
        </h2>
        <div className="text-muted-foreground">{children}</div>
        <code
          aria-label={`The ${what}`}
          className="rounded-md border border-border bg-background px-3 py-2 leading-5 break-all select-all"
        >
          {text}
        </code>
        <div className="flex flex-wrap justify-end gap-2">
          <Button variant="primary" onClick={() => void copy()}>
            {isCopied ? <Check aria-hidden /> : <Copy aria-hidden />} {isCopied ? 'Copied' : `Copy the ${what}`}
          </Button>
          {aside}
          <Button onClick={onClose}>Done</Button>
        </div>
      </div>
    </Dialog>
  );
}
