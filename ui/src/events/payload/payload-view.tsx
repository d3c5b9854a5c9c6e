import { Download } from 'lucide-react';
import { useMemo } from 'react';
import { CopyButton } from '../../components/copy-button';
import { Button } from '../../components/ui/button';
import { cx } from '../../lib/cx';
import { textOf } from '../../lib/curl';
import { type JsonNode, readJson } from '../../lib/json-text';
import { PayloadText } from './payload-text';
import { PayloadTree } from './payload-tree';
import { saveFile } from './save-file';
import { SearchField } from './search-field';
import { useTextSearch } from './text-search';

interface PayloadViewProps {
  readonly payload: ArrayBuffer;
  /** Name of the file when it is saved. */
  readonly name: string;
  readonly view: 'tree' | 'raw';
  readonly onView: (view: 'tree' | 'raw') => void;
}

/** A tree of more values would take more memory than it is worth. */
const MAX_VALUES = 200_000;

/** A payload as a tree, if it is JSON, and byte for byte as it was published. Both can be searched. */
export function PayloadView({ payload, name, view, onView }: PayloadViewProps) {
  const text = useMemo(() => textOf(payload), [payload]);
  const nodes = useMemo(() => treeOf(text), [text]);
  const search = useTextSearch(text ?? '');
  const shown = nodes === null ? 'raw' : view;
  return (
    <div className="flex flex-col gap-3">
      <div className="flex min-h-8 items-center gap-1 text-muted-foreground">
        {nodes !== null && <ViewSwitch view={view} onView={onView} />}
        <span className="flex-1" />
        {text !== null && <CopyButton text={text} what="payload" />}
        <Button size="sm" variant="ghost" className="-mr-2.5" onClick={() => saveFile(payload, name)}>
          <Download aria-hidden /> Save
        </Button>
      </div>
      {text === null ? (
        <p className="text-muted-foreground">These bytes are not text. Save them to look into them.</p>
      ) : (
        <>
          <SearchField search={search} />
          {shown === 'tree' && nodes !== null ? (
            <PayloadTree text={text} nodes={nodes} search={search} />
          ) : (
            <PayloadText text={text} search={search} />
          )}
        </>
      )}
    </div>
  );
}

function treeOf(text: string | null): readonly JsonNode[] | null {
  const nodes = text === null ? null : readJson(text).nodes;
  const first = nodes?.[0];
  const isWorthIt = first !== undefined && first.size > 0 && nodes !== null && nodes.length <= MAX_VALUES;
  return isWorthIt ? nodes : null;
}

const VIEWS = [
  ['tree', 'Tree'],
  ['raw', 'As published'],
] as const;

function ViewSwitch({ view, onView }: Pick<PayloadViewProps, 'view' | 'onView'>) {
  return (
    <div role="group" aria-label="View" className="flex overflow-hidden rounded-md border border-input">
      {VIEWS.map(([value, label]) => (
        <button
          key={value}
          type="button"
          aria-pressed={view === value}
          onClick={() => onView(value)}
          className={cx(
            'h-7 px-2.5 text-sm focus-visible:-outline-offset-2',
            view === value
              ? 'bg-secondary font-medium text-foreground'
              : 'bg-card text-muted-foreground hover:bg-accent',
          )}
        >
          {label}
        </button>
      ))}
    </div>
  );
}
