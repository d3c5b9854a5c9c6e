import { Check, Copy } from 'lucide-react';
import { Button } from './ui/button';
import { useCopied } from './use-copied';

interface CopyButtonProps {
  readonly text: string;
  /** What is copied: `payload`. */
  readonly what: string;
}

/** Copies a text that is shown, or too long to be shown. */
export function CopyButton({ text, what }: CopyButtonProps) {
  const [isCopied, copy] = useCopied(text);
  return (
    <Button variant="ghost" size="sm" aria-label={`Copy the ${what}`} onClick={copy}>
      {isCopied ? <Check aria-hidden /> : <Copy aria-hidden />} {isCopied ? 'Copied' : 'Copy'}
    </Button>
  );
}
