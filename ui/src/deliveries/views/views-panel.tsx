import { Link } from '@tanstack/react-router';
import { Check, Trash2 } from 'lucide-react';
import { type SubmitEvent, useState } from 'react';
import { Button } from '../../components/ui/button';
import { Field, Input } from '../../components/ui/field';
import { type DeliverySearch, hasFilters } from '../delivery-search';
import { queryOf, type SavedViews, searchOf, useSavedViews, type View } from './saved-views';

interface ViewsPanelProps {
  readonly search: DeliverySearch;
  readonly onDone: () => void;
}

export default function ViewsPanel({ search, onDone }: ViewsPanelProps) {
  const { views, save, remove } = useSavedViews();
  const query = queryOf(search);
  return (
    <div className="flex flex-col">
      {views.length === 0 ? (
        <p className="px-3 pt-3 text-muted-foreground">
          {hasFilters(search) ? 'No view is saved yet.' : 'No view is saved yet. Filter the list, then come back here.'}
        </p>
      ) : (
        <ul className="max-h-80 overflow-y-auto p-1">
          {views.map((view) => (
            <ViewItem
              key={view.name}
              view={view}
              isShown={view.query === query}
              onOpen={onDone}
              onRemove={() => remove(view.name)}
            />
          ))}
        </ul>
      )}
      {hasFilters(search) ? (
        <SaveForm views={views} onSave={(name) => save(name, search)} />
      ) : (
        <p className="px-3 pt-1 pb-3 text-xs text-muted-foreground">Views are kept in this browser.</p>
      )}
    </div>
  );
}

interface ViewItemProps {
  readonly view: View;
  readonly isShown: boolean;
  readonly onOpen: () => void;
  readonly onRemove: () => void;
}

function ViewItem({ view, isShown, onOpen, onRemove }: ViewItemProps) {
  return (
    <li className="flex items-center">
      <Link
        to="/deliveries"
        search={searchOf(view)}
        aria-current={isShown ? 'true' : undefined}
        activeProps={{}}
        onClick={onOpen}
        className="flex h-8 min-w-0 flex-1 items-center gap-2 rounded-md px-2 hover:bg-accent"
      >
        <span className="truncate">{view.name}</span>
        {isShown && <Check aria-hidden className="size-4 shrink-0 text-brand" />}
      </Link>
      <Button variant="ghost" size="icon" aria-label={`Delete the view ${view.name}`} onClick={onRemove}>
        <Trash2 aria-hidden />
      </Button>
    </li>
  );
}

function SaveForm({ views, onSave }: { readonly views: SavedViews['views']; readonly onSave: (name: string) => void }) {
  const [name, setName] = useState('');
  const isKnown = views.some((view) => view.name === name.trim());
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (name.trim() === '') return;
    onSave(name);
    setName('');
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-2 border-t border-border p-3 first:border-t-0">
      <Field
        label="Save these filters as"
        help={isKnown ? 'It replaces the view of this name.' : 'Kept in this browser.'}
      >
        {(control) => (
          <Input
            {...control}
            value={name}
            maxLength={60}
            placeholder="Failed orders"
            onChange={({ target }) => setName(target.value)}
          />
        )}
      </Field>
      <Button type="submit" variant="primary" size="sm" className="justify-center" disabled={name.trim() === ''}>
        {isKnown ? 'Replace' : 'Save'}
      </Button>
    </form>
  );
}
