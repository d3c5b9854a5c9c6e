import { useEffect, useState } from 'react';

const DELAY_MS = 250;
const GAP_PX = 6;
const MARGIN_PX = 8;

interface Shown {
  readonly text: string;
  readonly left: number;
  readonly top: number;
  readonly isAbove: boolean;
}

/**
 * Shows the `data-hint` of whatever is pointed at or focused. One layer serves all, so that thousands of rows have
 * hints at the cost of an attribute. What a hint says must also be there for screen readers.
 */
export function HintLayer() {
  const [shown, setShown] = useState<Shown | null>(null);
  useEffect(() => {
    let waiting: ReturnType<typeof setTimeout> | undefined;
    const hide = (): void => {
      clearTimeout(waiting);
      setShown(null);
    };
    const point = ({ target, type }: Event): void => {
      hide();
      const owner = target instanceof Element ? target.closest<HTMLElement>('[data-hint]') : null;
      if (owner === null || (type === 'focusin' && !owner.matches(':focus-visible'))) return;
      waiting = setTimeout(() => setShown(placeOf(owner)), DELAY_MS);
    };
    const press = ({ key }: KeyboardEvent): void => {
      if (key === 'Escape') hide();
    };
    document.addEventListener('pointerover', point);
    document.addEventListener('focusin', point);
    document.addEventListener('pointerdown', hide);
    document.addEventListener('scroll', hide, true);
    document.addEventListener('keydown', press);
    return () => {
      hide();
      document.removeEventListener('pointerover', point);
      document.removeEventListener('focusin', point);
      document.removeEventListener('pointerdown', hide);
      document.removeEventListener('scroll', hide, true);
      document.removeEventListener('keydown', press);
    };
  }, []);
  if (shown === null) return null;
  const { text, left, top, isAbove } = shown;
  return (
    <div
      role="tooltip"
      style={{ left, top, transform: `translate(-50%, ${isAbove ? '-100%' : '0'})` }}
      className="pointer-events-none fixed z-60 max-w-80 rounded-md bg-primary px-2 py-1 text-xs whitespace-pre-line text-primary-foreground shadow-overlay"
    >
      {text}
    </div>
  );
}

function placeOf(owner: HTMLElement): Shown | null {
  const text = owner.dataset.hint;
  const box = owner.getBoundingClientRect();
  if (!text || !owner.isConnected) return null;
  const isAbove = box.bottom > window.innerHeight - 80;
  const half = Math.min(160, text.length * 3.4);
  const centre = box.left + box.width / 2;
  return {
    text,
    isAbove,
    left: Math.min(Math.max(centre, MARGIN_PX + half), window.innerWidth - MARGIN_PX - half),
    top: isAbove ? box.top - GAP_PX : box.bottom + GAP_PX,
  };
}
