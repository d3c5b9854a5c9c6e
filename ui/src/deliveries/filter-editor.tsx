import { type SubmitEvent, type ReactNode, useState } from 'react';
import { Button } from '../components/ui/button';
import { nowMs } from '../lib/clock';
import { takeFocus } from '../lib/focus';
import { toFieldTime } from '../lib/times';
import type { Filter } from './filters';

export interface EditorProps {
  readonly filter: Filter<string>;
  readonly value: string | undefined;
  readonly onChange: (value: string | undefined) => void;
  readonly onDone: () => void;
}

/** Edits one filter. Options act at once; texts and times when they are complete. */
export default function FilterEditor(props: EditorProps) {
  switch (props.filter.kind) {
    case 'some':
    case 'one':
      return <OptionEditor {...props} options={props.filter.options} isSingle={props.filter.kind === 'one'} />;
    case 'text':
      return <TextEditor {...props} {...props.filter} />;
    case 'time':
      return <TimeEditor {...props} help={props.filter.help} />;
  }
}

interface OptionEditorProps extends EditorProps {
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly isSingle: boolean;
}

function OptionEditor({ filter, value, options, isSingle, onChange, onDone }: OptionEditorProps) {
  const chosen = value?.split(',') ?? [];
  const toggle = (option: string): void => {
    const others = chosen.filter((each) => each !== option);
    const next = isSingle ? [option] : chosen.includes(option) ? others : [...chosen, option];
    onChange(next.length === 0 ? undefined : next.join(','));
    if (isSingle) onDone();
  };
  return (
    <fieldset className="max-h-80 overflow-y-auto p-1">
      <legend className="sr-only">{filter.label}</legend>
      {options.map(({ value: option, label }, index) => (
        <label key={option} className="flex h-8 cursor-pointer items-center gap-2 rounded-md px-2 hover:bg-accent">
          <input
            type={isSingle ? 'radio' : 'checkbox'}
            name={filter.name}
            ref={index === 0 ? takeFocus : undefined}
            checked={chosen.includes(option)}
            onChange={() => toggle(option)}
            className="size-3.5 accent-brand"
          />
          {label}
        </label>
      ))}
    </fieldset>
  );
}

interface TextEditorProps extends EditorProps {
  readonly placeholder: string;
  readonly suggestions?: readonly string[];
  readonly help: string;
}

function TextEditor({ filter, value = '', placeholder, suggestions = [], help, onChange, onDone }: TextEditorProps) {
  const [typed, setTyped] = useState(value);
  const apply = (text: string): void => {
    onChange(text.trim() === '' ? undefined : text.trim());
    onDone();
  };
  return (
    <EditorForm help={help} onApply={() => apply(typed)}>
      <input
        ref={takeFocus}
        aria-label={filter.label}
        value={typed}
        onChange={({ target }) => setTyped(target.value)}
        placeholder={placeholder}
        spellCheck={false}
        autoComplete="off"
        className="h-8 w-full rounded-md border border-input bg-card px-2 font-mono"
      />
      {suggestions.length > 0 && (
        <div className="flex flex-wrap gap-1">
          {suggestions.map((each) => (
            <Button key={each} size="sm" onClick={() => apply(each)} className="h-6 px-2 font-mono">
              {each}
            </Button>
          ))}
        </div>
      )}
    </EditorForm>
  );
}

const HOUR_MS = 3_600_000;
const PRESETS = [
  ['1 hour ago', HOUR_MS],
  ['24 hours ago', 24 * HOUR_MS],
  ['7 days ago', 168 * HOUR_MS],
] as const;

function TimeEditor({ filter, value, help, onChange, onDone }: EditorProps & { readonly help: string }) {
  const [typed, setTyped] = useState(value === undefined ? '' : toFieldTime(value));
  const apply = (at: string): void => {
    onChange(at === '' ? undefined : new Date(at).toISOString());
    onDone();
  };
  return (
    <EditorForm help={`${help}, in your time zone`} onApply={() => apply(typed)}>
      <input
        ref={takeFocus}
        type="datetime-local"
        aria-label={filter.label}
        value={typed}
        onChange={({ target }) => setTyped(target.value)}
        className="h-8 w-full rounded-md border border-input bg-card px-2"
      />
      <div className="flex flex-wrap gap-1">
        {PRESETS.map(([label, agoMs]) => (
          <Button
            key={label}
            size="sm"
            onClick={() => apply(new Date(nowMs() - agoMs).toISOString())}
            className="h-6 px-2"
          >
            {label}
          </Button>
        ))}
      </div>
    </EditorForm>
  );
}

function EditorForm(props: { readonly help: string; readonly onApply: () => void; readonly children: ReactNode }) {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    props.onApply();
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-2 p-3">
      {props.children}
      <p className="text-xs text-muted-foreground">{props.help}</p>
      <Button type="submit" variant="primary" size="sm" className="justify-center">
        Apply
      </Button>
    </form>
  );
}
