import { ChevronRight } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { cx } from '../../lib/cx';
import type { JsonNode } from '../../lib/json-text';
import { counted } from '../../lib/numbers';
import { Marked } from './marked';

interface TreeRowProps {
  readonly node: JsonNode;
  readonly text: string;
  /** Pixels from the start of the tree. */
  readonly top: number;
  readonly isOpen: boolean;
  readonly isChosen: boolean;
  /** Whether the focus must go here, because the keys have led here. */
  readonly hasFocus: boolean;
  readonly pattern: RegExp | null;
  readonly onChoose: () => void;
  readonly onToggle: () => void;
}

/** Deeper branches are not moved further to the right. */
const MAX_INDENT = 16;
const INDENT_PX = 16;
/** Longer values are cut: the view as published shows all of them. */
const MAX_SHOWN = 500;

export function TreeRow({ node, text, top, isOpen, isChosen, hasFocus, pattern, onChoose, onToggle }: TreeRowProps) {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (hasFocus) element.current?.focus({ preventScroll: true });
  }, [hasFocus]);
  const isBranch = node.size > 0;
  return (
    <div
      ref={element}
      role="treeitem"
      aria-level={node.depth + 1}
      aria-selected={isChosen}
      aria-expanded={isBranch ? isOpen : undefined}
      tabIndex={isChosen ? 0 : -1}
      onClick={() => {
        onChoose();
        if (isBranch && window.getSelection()?.isCollapsed !== false) onToggle();
      }}
      style={{ transform: `translateY(${top}px)`, paddingLeft: 8 + Math.min(node.depth, MAX_INDENT) * INDENT_PX }}
      className={cx(
        'absolute inset-x-0 top-0 flex h-6 items-center gap-1.5 pr-3 focus-visible:-outline-offset-2',
        isBranch && 'cursor-pointer',
        isChosen ? 'bg-brand-tint' : 'hover:bg-accent',
      )}
    >
      <ChevronRight
        aria-hidden
        className={cx('size-3.5 shrink-0 text-muted-foreground', isOpen && 'rotate-90', !isBranch && 'invisible')}
      />
      {node.depth > 0 && (
        <span className="shrink-0 text-muted-foreground">
          {node.key === null ? node.place : <Marked text={node.key} pattern={pattern} />}
        </span>
      )}
      <span className="truncate">
        <Value node={node} text={text} pattern={pattern} />
      </span>
    </div>
  );
}

function Value({ node, text, pattern }: Pick<TreeRowProps, 'node' | 'text' | 'pattern'>) {
  const { kind, start, end, size } = node;
  if (kind === 'object' || kind === 'array') {
    const [one, many, empty] = kind === 'object' ? ['key', 'keys', '{}'] : ['item', 'items', '[]'];
    return <span className="text-muted-foreground">{size === 0 ? empty : counted(size, one, many)}</span>;
  }
  const written = end - start > MAX_SHOWN ? `${text.slice(start, start + MAX_SHOWN)}…` : text.slice(start, end);
  return <Marked text={written} pattern={pattern} />;
}
