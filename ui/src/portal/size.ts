/** Changes within this time are one. */
const PAUSE_MS = 150;
/** What scrolls by itself: its content may be longer than it is. */
const SCROLLERS = '.overflow-y-auto, .overflow-auto';

/**
 * Tells at which height nothing of the page needs scrolling, now and whenever that changes. The host decides how much
 * of it there is: long lists go on scrolling within the page.
 *
 * @param tell called with a height in pixels
 * @returns a function that ends this
 */
export function followSize(tell: (height: number) => void): () => void {
  let told = 0;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const measure = (): void => {
    waiting = undefined;
    const height = wantedHeight();
    if (height === told) return;
    told = height;
    tell(height);
  };
  const soon = (): void => void (waiting ??= setTimeout(measure, PAUSE_MS));
  const observer = new MutationObserver(soon);
  observer.observe(document.body, { childList: true, subtree: true, characterData: true });
  window.addEventListener('resize', soon);
  soon();
  return () => {
    clearTimeout(waiting);
    observer.disconnect();
    window.removeEventListener('resize', soon);
  };
}

/** Pixels from the top of the page to its end, if each part that scrolls were as high as its content. */
function wantedHeight(): number {
  const page = window.innerHeight;
  const scrollers = [...document.querySelectorAll<HTMLElement>(SCROLLERS)].filter(
    (each) => each.parentElement?.closest(SCROLLERS) == null,
  );
  const wanted = scrollers.map((each) => page - each.clientHeight + contentHeight(each));
  return Math.ceil(Math.max(0, ...wanted));
}

/** Of what is in an element. Its `scrollHeight` would never become less than its own height. */
function contentHeight(element: HTMLElement): number {
  const boxes = [...element.children].map((child) => child.getBoundingClientRect());
  if (boxes.length === 0) return 0;
  const { paddingTop, paddingBottom } = getComputedStyle(element);
  const padding = (Number.parseFloat(paddingTop) || 0) + (Number.parseFloat(paddingBottom) || 0);
  return padding + Math.max(...boxes.map(({ bottom }) => bottom)) - Math.min(...boxes.map(({ top }) => top));
}
