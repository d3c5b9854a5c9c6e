import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { Copyable } from '../../components/copyable';
import type { JsonNode } from '../../lib/json-text';
import type { TextSearch } from './text-search';
import { containersOf, isOpenAtFirst, nodeAt, pathOf, shownNodes } from './tree-rows';
import { TreeRow } from './tree-row';

interface PayloadTreeProps {
  readonly text: string;
  readonly nodes: readonly JsonNode[];
  readonly search: TextSearch;
}

const ROW_PX = 24;
/** Trees of fewer rows are rendered whole, so that they can be selected. */
const ALL = 300;
const MAX_PATH = 200;

/** JSON as a tree whose branches open and close; only what is in view is rendered. */
export function PayloadTree({ text, nodes, search }: PayloadTreeProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const { isOpen, setOpen, reveal } = useBranches(nodes);
  const { chosen, hasFocus, choose } = useChosen(nodes, search, reveal);
  const shown = useMemo(() => shownNodes(nodes, isOpen), [nodes, isOpen]);
  const virtualizer = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: shown.length <= ALL ? ALL : 12,
  });
  const row = shown.indexOf(chosen);
  useEffect(() => {
    if (row >= 0) virtualizer.scrollToIndex(row, { align: 'auto' });
  }, [row, virtualizer]);
  const press = (event: KeyboardEvent): void => {
    const next = nextNode(event.key, { nodes, shown, row, isOpen, setOpen });
    if (next === null) return;
    event.preventDefault();
    choose(next, true);
  };
  return (
    <div className="rounded-md border border-border bg-background">
      <div
        ref={scroller}
        role="tree"
        aria-label="Payload"
        onKeyDown={press}
        className="max-h-[60vh] min-h-24 overflow-auto py-2 font-mono"
      >
        <div role="presentation" className="relative" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map(({ index, start }) => {
            const at = shown[index] ?? 0;
            const node = nodes[at];
            return node === undefined ? null : (
              <TreeRow
                key={at}
                node={node}
                text={text}
                top={start}
                isOpen={isOpen(at)}
                isChosen={at === chosen}
                hasFocus={hasFocus && at === chosen}
                pattern={search.pattern}
                onChoose={() => choose(at, hasFocus)}
                onToggle={() => setOpen(at, !isOpen(at))}
              />
            );
          })}
        </div>
      </div>
      <Chosen text={text} nodes={nodes} at={chosen} />
    </div>
  );
}

/** The node that the keys act on: the one that was chosen last, or that a search came to. */
function useChosen(nodes: readonly JsonNode[], { matches, at }: TextSearch, reveal: (index: number) => void) {
  const [chosen, setChosen] = useState(0);
  const [hasFocus, setHasFocus] = useState(false);
  const choose = useCallback((index: number, takesFocus: boolean): void => {
    setChosen(index);
    setHasFocus(takesFocus);
  }, []);
  const match = matches[at];
  const found = match === undefined ? -1 : nodeAt(nodes, match);
  useEffect(() => {
    if (found < 0) return;
    reveal(found);
    // Whoever looks for something stays in the field.
    choose(found, false);
  }, [found, at, reveal, choose]);
  return { chosen, hasFocus, choose };
}

/** Where the chosen value is, and what it is, to be copied. */
function Chosen({
  text,
  nodes,
  at,
}: {
  readonly text: string;
  readonly nodes: readonly JsonNode[];
  readonly at: number;
}) {
  const path = useMemo(() => pathOf(nodes, at), [nodes, at]);
  const node = nodes[at];
  if (node === undefined) return null;
  const shownPath = path.length > MAX_PATH ? `…${path.slice(-MAX_PATH)}` : path;
  return (
    <div className="flex min-h-8 items-center gap-4 border-t border-border px-3 text-xs">
      <Copyable text={path} what="path" label={shownPath} className="min-w-0 flex-1" />
      <Copyable text={valueOf(text, node)} what="value" label="Copy value" className="shrink-0 font-sans text-xs" />
    </div>
  );
}

/** A string without its quotes and escapes; anything else as it is written. */
function valueOf(text: string, { kind, start, end }: JsonNode): string {
  const written = text.slice(start, end);
  return kind === 'string' ? (JSON.parse(written) as string) : written;
}

/** Which branches are open: all of a small tree at first, of others the first levels. */
function useBranches(nodes: readonly JsonNode[]) {
  // What somebody opened or closed, against what it was at first.
  const [turned, setTurned] = useState<ReadonlySet<number>>(new Set());
  const isOpen = useCallback(
    (index: number): boolean => {
      const node = nodes[index];
      return node !== undefined && isOpenAtFirst(node, nodes.length) !== turned.has(index);
    },
    [nodes, turned],
  );
  const open = useCallback(
    (indexes: readonly number[], isToOpen: boolean) =>
      setTurned((before) => {
        const after = new Set(before);
        for (const index of indexes) {
          const node = nodes[index];
          if (node === undefined) continue;
          if (isOpenAtFirst(node, nodes.length) === isToOpen) after.delete(index);
          else after.add(index);
        }
        return after;
      }),
    [nodes],
  );
  const setOpen = useCallback((index: number, isToOpen: boolean) => open([index], isToOpen), [open]);
  const reveal = useCallback((index: number) => open(containersOf(nodes, index), true), [nodes, open]);
  return { isOpen, setOpen, reveal };
}

interface Place {
  readonly nodes: readonly JsonNode[];
  /** Indexes of the nodes in view. */
  readonly shown: readonly number[];
  /** Index of the chosen node among those. */
  readonly row: number;
  readonly isOpen: (index: number) => boolean;
  readonly setOpen: (index: number, isOpen: boolean) => void;
}

/** The node to which a key leads, as in every tree; null if the key means nothing here. */
function nextNode(key: string, { nodes, shown, row, isOpen, setOpen }: Place): number | null {
  const at = shown[row] ?? 0;
  const isBranch = (nodes[at]?.size ?? 0) > 0;
  switch (key) {
    case 'ArrowDown':
      return shown[Math.min(row + 1, shown.length - 1)] ?? at;
    case 'ArrowUp':
      return shown[Math.max(row - 1, 0)] ?? at;
    case 'Home':
      return 0;
    case 'End':
      return shown.at(-1) ?? at;
    case 'ArrowRight':
      if (!isBranch) return at;
      if (isOpen(at)) return at + 1;
      setOpen(at, true);
      return at;
    case 'ArrowLeft':
      if (!isBranch || !isOpen(at)) return containersOf(nodes, at).at(-1) ?? at;
      setOpen(at, false);
      return at;
    case 'Enter':
      if (isBranch) setOpen(at, !isOpen(at));
      return at;
    default:
      return null;
  }
}
