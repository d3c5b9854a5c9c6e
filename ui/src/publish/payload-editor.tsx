import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { search, searchKeymap } from '@codemirror/search';
import { Compartment, EditorState, type Extension, Prec, StateEffect, StateField } from '@codemirror/state';
import { Decoration, type DecorationSet, drawSelection, EditorView, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useRef } from 'react';

interface PayloadEditorProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** Ctrl or ⌘ with Enter. */
  readonly onSubmit: () => void;
  readonly label: string;
  readonly isJson: boolean;
  /** Offset of what is wrong; null if nothing is. */
  readonly faultAt: number | null;
}

/**
 * An editor with line numbers and colours. It lives in a shadow root: there, CodeMirror uses constructed style sheets,
 * which the Content-Security-Policy allows, and not style elements, which it does not.
 */
export default function PayloadEditor({ value, onChange, onSubmit, label, isJson, faultAt }: PayloadEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const actions = useRef({ onChange, onSubmit });
  useEffect(() => {
    actions.current = { onChange, onSubmit };
  });
  const first = useRef({ value, label });
  useEffect(() => {
    const { current } = host;
    if (current === null) return;
    const root = current.shadowRoot ?? current.attachShadow({ mode: 'open' });
    const extensions = extensionsFor(
      first.current.label,
      (text) => actions.current.onChange(text),
      () => actions.current.onSubmit(),
    );
    const editor = new EditorView({ root, parent: root, doc: first.current.value, extensions });
    view.current = editor;
    current.addEventListener('keydown', keepTyping);
    return () => {
      current.removeEventListener('keydown', keepTyping);
      editor.destroy();
      view.current = null;
    };
  }, []);
  useEffect(() => {
    const { current: editor } = view;
    if (editor === null || editor.state.doc.toString() === value) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
  }, [value]);
  useEffect(() => {
    view.current?.dispatch({ effects: LANGUAGE.reconfigure(isJson ? json() : []) });
  }, [isJson]);
  useEffect(() => {
    view.current?.dispatch({ effects: showFault.of(faultAt) });
  }, [faultAt]);
  return <div ref={host} className="block" />;
}

/** Keys belong to the text, not to the page, which sees only the host of the editor and takes it for no field. */
function keepTyping(event: KeyboardEvent): void {
  if (!event.ctrlKey && !event.metaKey) event.stopPropagation();
}

const LANGUAGE = new Compartment();

function extensionsFor(label: string, onChange: (text: string) => void, onSubmit: () => void): Extension {
  return [
    lineNumbers(),
    history(),
    drawSelection(),
    indentOnInput(),
    bracketMatching(),
    EditorState.tabSize.of(2),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false', autocapitalize: 'off' }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) onChange(update.state.doc.toString());
    }),
    Prec.highest(
      keymap.of([
        {
          key: 'Mod-Enter',
          run: () => {
            onSubmit();
            return true;
          },
        },
      ]),
    ),
    // Tab leaves the editor, as it leaves every field.
    keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap]),
    search({ top: true }),
    LANGUAGE.of(json()),
    FAULT,
    THEME,
    syntaxHighlighting(COLOURS),
  ];
}

const showFault = StateEffect.define<number | null>();
const FAULTY_LINE = Decoration.line({ class: 'faulty' });

/** Marks the line of the fault. */
const FAULT = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (marks, { docChanged, effects, state, changes }) => {
    const effect = effects.find((each) => each.is(showFault));
    if (effect === undefined) return docChanged ? marks.map(changes) : marks;
    const at: number | null = effect.value;
    if (at === null) return Decoration.none;
    return Decoration.set([FAULTY_LINE.range(state.doc.lineAt(Math.min(at, state.doc.length)).from)]);
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** Colours of the page: variables reach into the shadow root. */
const THEME = EditorView.theme({
  '&': { fontSize: '12px', color: 'var(--foreground)', backgroundColor: 'var(--card)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': {
    fontFamily: 'var(--font-mono, ui-monospace, monospace)',
    lineHeight: '20px',
    minHeight: '240px',
    maxHeight: '48vh',
    overflow: 'auto',
  },
  '.cm-content': { padding: '8px 0', caretColor: 'var(--foreground)' },
  '.cm-line': { padding: '0 12px 0 8px' },
  '.cm-gutters': { backgroundColor: 'var(--card)', color: 'var(--muted-foreground)', border: 'none' },
  '.cm-lineNumbers .cm-gutterElement': { padding: '0 8px 0 12px', minWidth: '28px' },
  '.cm-cursor': { borderLeftColor: 'var(--foreground)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--brand-tint)',
  },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--accent)', outline: '1px solid var(--input)' },
  '.cm-panels': { backgroundColor: 'var(--muted)', color: 'var(--foreground)' },
  '.cm-panels-top': { borderBottom: '1px solid var(--border)' },
  '.cm-textfield, .cm-button': {
    backgroundColor: 'var(--card)',
    backgroundImage: 'none',
    color: 'var(--foreground)',
    border: '1px solid var(--input)',
    borderRadius: '4px',
  },
  '.cm-searchMatch': { backgroundColor: 'var(--warning-tint)' },
  '.cm-searchMatch-selected': { outline: '1px solid var(--warning)' },
  '.faulty': { backgroundColor: 'var(--destructive-tint)' },
});

const COLOURS = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--brand)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--warning)' },
  { tag: tags.string, color: 'var(--success)' },
  { tag: tags.invalid, color: 'var(--destructive)' },
]);
