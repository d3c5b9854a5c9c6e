import { useEffect, useRef, useState } from 'react';

const PAUSE_MS = 250;

/**
 * A text that is passed on once a person stops typing, and that follows what comes from elsewhere.
 *
 * @param onChange gets the text without spaces around it
 */
export function useTyped(value: string, onChange: (value: string) => void): readonly [string, (typed: string) => void] {
  const [typed, setTyped] = useState(value);
  const passed = useRef(value);
  const latest = useRef(onChange);
  useEffect(() => {
    latest.current = onChange;
  });
  useEffect(() => {
    if (value === passed.current) return;
    passed.current = value;
    setTyped(value);
  }, [value]);
  useEffect(() => {
    const next = typed.trim();
    if (next === passed.current) return;
    const pause = setTimeout(() => {
      passed.current = next;
      latest.current(next);
    }, PAUSE_MS);
    return () => clearTimeout(pause);
  }, [typed]);
  return [typed, setTyped];
}
