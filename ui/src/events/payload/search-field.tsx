import { ChevronDown, ChevronUp } from 'lucide-react';
import type { KeyboardEvent } from 'react';
import { Button } from '../../components/ui/button';
import { Input } from '../../components/ui/field';
import { countOf } from '../../lib/numbers';
import { MAX_MATCHES } from './matches';
import type { TextSearch } from './text-search';

/** A field to look for something; Enter goes from match to match. */
export function SearchField({ search: { sought, seek, matches, at, step } }: { readonly search: TextSearch }) {
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
