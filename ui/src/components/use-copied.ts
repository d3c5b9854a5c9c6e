import { useEffect, useState } from 'react';
import { copyText } from '../lib/clipboard';
import { say } from './toasts';

const SHOWN_MS = 1200;

/** Copies a text on demand. @returns whether that has just happened, and what copies it */
export function useCopied(text: string): readonly [isCopied: boolean, copy: () => void] {
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
  return [isCopied, () => void copy()];
}
