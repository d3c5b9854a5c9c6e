import { useEffect, useRef } from 'react';

/** Actions by key: `j`, `Enter`, `?`, `Mod+k` (⌘ on a Mac, Ctrl elsewhere), or keys one after another: `g d`. */
export type KeyBindings = Readonly<Record<string, () => void>>;

/** Time for the second key of two. */
const SEQUENCE_MS = 1000;
/** Keys that act again while they are held: they only move. Any other acts once for each time that it is pressed. */
const HELD = /^(j|k|Arrow(Up|Down))$/;
const IS_MAC = /mac|iphone|ipad/i.test(navigator.userAgent);

const LABELS: Readonly<Record<string, string>> = { Enter: '↵', Escape: 'Esc' };

/** How the sheet and the hints name a key. */
export function keyLabel(key: string): string {
  if (key.startsWith('Mod+')) return `${IS_MAC ? '⌘' : 'Ctrl'} ${key.slice(4).toUpperCase()}`;
  return LABELS[key] ?? key;
}

const layers: { current: KeyBindings }[] = [];
let previous: { readonly key: string; readonly atMs: number } | null = null;

/** Binds keys while a component is there. Components that came later are asked first. */
export function useKeys(bindings: KeyBindings): void {
  const latest = useRef(bindings);
  useEffect(() => {
    latest.current = bindings;
  });
  useEffect(() => {
    if (layers.length === 0) document.addEventListener('keydown', press);
    layers.push(latest);
    return () => {
      layers.splice(layers.indexOf(latest), 1);
      if (layers.length === 0) document.removeEventListener('keydown', press);
    };
  }, []);
}

function press(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  const key = nameOf(event);
  if (key === null || !mayAct(event, key)) return;
  const sequence = previous !== null && event.timeStamp - previous.atMs < SEQUENCE_MS ? `${previous.key} ${key}` : null;
  previous = { key, atMs: event.timeStamp };
  for (const name of [sequence, key]) {
    const action = name === null ? undefined : layers.findLast(({ current }) => name in current)?.current[name];
    if (action === undefined) continue;
    event.preventDefault();
    previous = null;
    if (!event.repeat || HELD.test(key)) action();
    return;
  }
}

function nameOf({ key, ctrlKey, metaKey }: KeyboardEvent): string | null {
  if (ctrlKey || metaKey) return (IS_MAC ? metaKey : ctrlKey) ? `Mod+${key.toLowerCase()}` : null;
  return key;
}

/** Keys belong to the field, the window or the button that has the focus, except those that work everywhere. */
function mayAct({ target }: KeyboardEvent, key: string): boolean {
  if (key === 'Mod+k' || !(target instanceof HTMLElement)) return true;
  if (target.closest('[role="dialog"], [role="menu"]') !== null) return false;
  if (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) {
    return target instanceof HTMLInputElement && target.type === 'checkbox' && key !== ' ';
  }
  return !(key === 'Enter' || key === ' ') || target.closest('a, button, summary') === null;
}
