import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { copyText } from '../lib/clipboard';
import { say } from './toasts';
import { Button } from './ui/button';

const SHOWN_MS = 1200;

interface CopyButtonProps {
  readonly text: string;
  /** What is copied: `payload`. */
  readonly what: string;
}

/** Copies a text that is shown, or too long to be shown. */
export function CopyButton({ text, what }: CopyButtonProps) {
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
  return (
    <Button variant="ghost" size="sm" aria-label={`Copy the ${what}`} onClick={() => void copy()}>
      {isCopied ? <Check aria-hidden /> : <Copy aria-hidden />} {isCopied ? 'Copied' : 'Copy'}
    </Button>
  );
}
