import { ChevronDown, ChevronUp, Download } from 'lucide-react';
import { type KeyboardEvent, useDeferredValue, useMemo, useState } from 'react';
import { Copyable } from '../../components/copyable';
import { Button } from '../../components/ui/button';
import { Input } from '../../components/ui/field';
import { cx } from '../../lib/cx';
import { textOf } from '../../lib/curl';
import { type JsonNode, readJson } from '../../lib/json-text';
import { bytesOf, countOf } from '../../lib/numbers';
import { MAX_MATCHES, matchesIn, patternOf } from './matches';
import { PayloadText } from './payload-text';
import { PayloadTree } from './payload-tree';
import { saveFile } from './save-file';

interface PayloadViewProps {
  readonly payload: ArrayBuffer;
  readonly contentType: string;
  /** Name of the file when it is saved. */
  readonly name: string;
  readonly view: 'tree' | 'raw';
  readonly onView: (view: 'tree' | 'raw') => void;
}

/** A tree of more values would take more memory than it is worth. */
const MAX_VALUES = 200_000;

/** A payload as a tree, if it is JSON, and byte for byte as it was published. Both can be searched. */
export function PayloadView({ payload, contentType, name, view, onView }: PayloadViewProps) {
  const text = useMemo(() => textOf(payload), [payload]);
  const nodes = useMemo(() => treeOf(text), [text]);
  const search = useTextSearch(text ?? '');
  const shown = nodes === null ? 'raw' : view;
  return (
    <div className="flex flex-col gap-3">
      <div className="flex min-h-8 flex-wrap items-center gap-x-4 gap-y-2 text-muted-foreground">
        {nodes !== null && <ViewSwitch view={view} onView={onView} />}
        <span className="truncate">{contentType}</span>
        <span>{bytesOf(payload.byteLength)}</span>
        <span className="flex-1" />
        {text !== null && <Copyable text={text} what="payload" label="Copy" className="font-sans" />}
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

/** What somebody looks for in a text, and which match they are at. */
export interface TextSearch {
  readonly sought: string;
  readonly seek: (sought: string) => void;
  readonly pattern: RegExp | null;
  /** Offsets of the matches. */
  readonly matches: readonly number[];
  /** Index of the present match. */
  readonly at: number;
  readonly step: (by: number) => void;
}

function useTextSearch(text: string): TextSearch {
  const [sought, setSought] = useState('');
  const [at, setAt] = useState(0);
  const deferred = useDeferredValue(sought.trim());
  const pattern = useMemo(() => patternOf(deferred), [deferred]);
  const matches = useMemo(() => matchesIn(text, pattern), [text, pattern]);
  return {
    sought,
    seek: (next) => {
      setSought(next);
      setAt(0);
    },
    pattern,
    matches,
    at,
    step: (by) => setAt((at + by + matches.length) % Math.max(1, matches.length)),
  };
}

function SearchField({ search: { sought, seek, matches, at, step } }: { readonly search: TextSearch }) {
  const press = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    step(event.shiftKey ? -1 : 1);
  };
  const count = matches.length === MAX_MATCHES ? `${countOf(MAX_MATCHES)}+` : countOf(matches.length);
  return (
    <div className="flex items-center gap-2">
      <Input
        type="search"
        aria-label="Search the payload"
        placeholder="Search the payload"
        value={sought}
        onChange={({ target }) => seek(target.value)}
        onKeyDown={press}
        className="min-w-0 flex-1"
      />
      {sought.trim() !== '' && (
        <>
          <span role="status" className="whitespace-nowrap text-muted-foreground">
            {matches.length === 0 ? 'no match' : `${at + 1} of ${count}`}
          </span>
          <Button size="icon" aria-label="Previous match" disabled={matches.length === 0} onClick={() => step(-1)}>
            <ChevronUp aria-hidden />
          </Button>
          <Button size="icon" aria-label="Next match" disabled={matches.length === 0} onClick={() => step(1)}>
            <ChevronDown aria-hidden />
          </Button>
        </>
      )}
    </div>
  );
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
            view === value ? 'bg-secondary font-medium text-foreground' : 'bg-card text-muted-foreground hover:bg-accent',
          )}
        >
          {label}
        </button>
      ))}
    </div>
  );
}
