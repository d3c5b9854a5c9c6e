import { type Key, useLayoutEffect, useState } from 'react';

/*
 * What lists use of TanStack Virtual: those rows are rendered that are in view. The build of the portal puts it in
 * place of `@tanstack/react-virtual`. A name that is missing here fails the build.
 */

interface Options {
  readonly count: number;
  readonly getScrollElement: () => HTMLElement | null;
  /** Height of a row in pixels, as long as it is not measured. */
  readonly estimateSize: (index: number) => number;
  readonly getItemKey?: (index: number) => Key;
  /** Rows that are rendered above and below those in view. */
  readonly overscan?: number;
}

interface Item {
  readonly index: number;
  readonly key: Key;
  /** Pixels from the start of the list. */
  readonly start: number;
  readonly size: number;
}

class Rows {
  /** The rows in view when they were last rendered. */
  private shown = '';
  private readonly measured = new Map<number, number>();
  private readonly resizes = new ResizeObserver((entries) => entries.forEach(({ target }) => this.note(target)));

  constructor(
    private options: Options,
    private readonly render: () => void,
  ) {}

  setOptions(options: Options): void {
    this.options = options;
  }

  /** Follows the element that scrolls. */
  follow(element: HTMLElement): () => void {
    const look = (): void => {
      if (this.range().join() !== this.shown) this.render();
    };
    const observer = new ResizeObserver(look);
    observer.observe(element);
    element.addEventListener('scroll', look, { passive: true });
    look();
    return () => {
      observer.disconnect();
      this.resizes.disconnect();
      element.removeEventListener('scroll', look);
    };
  }

  getTotalSize(): number {
    return this.startOf(this.options.count);
  }

  getVirtualItems(): Item[] {
    const { getItemKey = (index: number): Key => index } = this.options;
    const [first, last] = this.range();
    this.shown = [first, last].join();
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => {
      const index = first + at;
      return { index, key: getItemKey(index), start: this.startOf(index), size: this.sizeOf(index) };
    });
  }

  /** For rows whose heights differ. They say in `data-index` which ones they are. */
  readonly measureElement = (element: Element | null): void => {
    if (element === null) return;
    this.resizes.observe(element);
    this.note(element);
  };

  /** Scrolls no further than necessary, unless it is told where the row shall be. */
  scrollToIndex(
    index: number,
    { align = 'auto' }: { readonly align?: 'auto' | 'start' | 'center' | 'end' } = {},
  ): void {
    const element = this.options.getScrollElement();
    if (element === null) return;
    const { scrollTop, clientHeight } = element;
    const [size, start] = [this.sizeOf(index), this.startOf(index)];
    const places = { start, end: start + size - clientHeight, center: start - (clientHeight - size) / 2 };
    const nearest = start < scrollTop ? places.start : Math.max(scrollTop, places.end);
    element.scrollTop = align === 'auto' ? nearest : places[align];
  }

  /** Forgets what was measured. */
  measure(): void {
    this.measured.clear();
    this.render();
  }

  private note(element: Element): void {
    const index = Number(element.getAttribute('data-index'));
    const { offsetHeight: size } = element as HTMLElement;
    if (!element.isConnected) this.resizes.unobserve(element);
    else if (size !== this.sizeOf(index)) {
      this.measured.set(index, size);
      this.render();
    }
  }

  private sizeOf(index: number): number {
    return this.measured.get(index) ?? this.options.estimateSize(index);
  }

  private startOf(index: number): number {
    const { estimateSize } = this.options;
    let start = index * estimateSize(0);
    for (const [other, size] of this.measured) if (other < index) start += size - estimateSize(0);
    return start;
  }

  private range(): [first: number, last: number] {
    const { count, overscan = 1, getScrollElement } = this.options;
    const { scrollTop = 0, clientHeight = 0 } = getScrollElement() ?? {};
    const first = this.indexAt(scrollTop) - overscan;
    const last = this.indexAt(scrollTop + clientHeight) + overscan;
    return [Math.max(0, first), Math.min(count - 1, last)];
  }

  /** The row at a distance from the start of the list. */
  private indexAt(offset: number): number {
    let [low, high] = [0, Math.max(0, this.options.count - 1)];
    if (this.measured.size === 0) return Math.min(high, Math.floor(offset / this.options.estimateSize(0)));
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.startOf(middle) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

export function useVirtualizer(options: Options): Rows {
  const [, render] = useState({});
  const [rows] = useState(() => new Rows(options, () => render({})));
  rows.setOptions(options);
  const { getScrollElement } = options;
  useLayoutEffect(() => {
    const element = getScrollElement();
    return element === null ? undefined : rows.follow(element);
    // The element is there when the list is, and stays. The function is another one in each rendering.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [rows]);
  return rows;
}
