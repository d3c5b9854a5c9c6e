import { X } from 'lucide-react';
import { type KeyboardEvent, useRef, useState } from 'react';
import { Button } from '../components/ui/button';
import { Field, type ControlProps } from '../components/ui/field';
import { useTypeSuggestions } from './type-suggestions';

interface EventTypesFieldProps {
  readonly types: readonly string[];
  readonly onChange: (types: string[]) => void;
  readonly fault: string | null;
  readonly isReadOnly?: boolean;
}

/** Event types and patterns, each added by Enter, a comma or a space, or by a click on a suggestion. */
export function EventTypesField({ types, onChange, fault, isReadOnly = false }: EventTypesFieldProps) {
  const suggestions = useTypeSuggestions().filter((each) => !types.includes(each));
  const add = (text: string): void => {
    const given = text.split(/[\s,]+/).filter((each) => each !== '' && !types.includes(each));
    if (given.length > 0) onChange([...types, ...new Set(given)]);
  };
  return (
    <div className="flex flex-col gap-3">
      <Field
        label="Event types"
        fault={fault}
        help="order.created is one type, order.* all below it, and * every type there is or will be"
      >
        {(control) => <Tokens {...{ control, types, isReadOnly }} onAdd={add} onChange={onChange} />}
      </Field>
      {!isReadOnly && suggestions.length > 0 && (
        <div role="group" aria-label="Suggestions" className="flex flex-wrap items-center gap-1">
          <span className="pr-1 text-xs text-muted-foreground">Add</span>
          {suggestions.map((each) => (
            <Button key={each} size="sm" onClick={() => add(each)} className="h-6 px-2 font-mono font-normal">
              {each}
            </Button>
          ))}
        </div>
      )}
    </div>
  );
}

interface TokensProps {
  readonly control: ControlProps;
  readonly types: readonly string[];
  readonly isReadOnly: boolean;
  readonly onAdd: (text: string) => void;
  readonly onChange: (types: string[]) => void;
}

function Tokens({ control, types, isReadOnly, onAdd, onChange }: TokensProps) {
  const [typed, setTyped] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const add = (text: string): void => {
    onAdd(text);
    setTyped('');
  };
  const take = (input: HTMLInputElement): void => {
    if (/[\s,]/.test(input.value)) {
      add(input.value);
      // If nothing was typed before, nothing renders, and the space or comma would stay.
      input.value = '';
    } else {
      setTyped(input.value);
    }
  };
  const press = (event: KeyboardEvent): void => {
    if (event.key === 'Backspace' && typed === '') onChange(types.slice(0, -1));
    if (event.key !== 'Enter' || typed.trim() === '') return;
    // An empty field leaves Enter to the form.
    event.preventDefault();
    add(typed);
  };
  return (
    <div className="flex min-h-10 flex-wrap items-center gap-1.5 rounded-md border border-input bg-card p-1.5 has-[input[aria-invalid=true]]:border-destructive">
      {types.map((type) => (
        <span key={type} className="inline-flex h-6 items-center gap-1 rounded-sm bg-muted pr-1 pl-2 font-mono">
          {type}
          {!isReadOnly && (
            <button
              type="button"
              aria-label={`Remove ${type}`}
              onClick={() => {
                onChange(types.filter((each) => each !== type));
                field.current?.focus();
              }}
              className="rounded-sm text-muted-foreground hover:text-foreground"
            >
              <X aria-hidden className="size-3.5" />
            </button>
          )}
        </span>
      ))}
      {!isReadOnly && (
        <input
          {...control}
          ref={field}
          value={typed}
          onChange={({ target }) => take(target)}
          onKeyDown={press}
          onBlur={() => add(typed)}
          placeholder={types.length === 0 ? 'order.created' : ''}
          spellCheck={false}
          autoComplete="off"
          className="h-6 min-w-32 flex-1 bg-transparent px-1 font-mono outline-none"
        />
      )}
    </div>
  );
}
