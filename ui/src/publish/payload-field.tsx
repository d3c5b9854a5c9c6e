import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useDeferredValue, useEffect, useMemo } from 'react';
import { eventQuery, payloadQuery } from '../api/queries';
import { Failed, Skeleton } from '../components/states';
import { Button } from '../components/ui/button';
import { TextArea } from '../components/ui/field';
import { cx } from '../lib/cx';
import { textOf } from '../lib/curl';
import { type JsonFault, placeOf, readJson } from '../lib/json-text';
import { bytesOf } from '../lib/numbers';
import { INDENTED, writeJson } from '../lib/write-json';
import { changeDraft, type Draft, forgetLike } from './draft';

const PayloadEditor = lazy(() => import('./payload-editor'));

interface PayloadFieldProps {
  readonly draft: Draft;
  /** What the service says is wrong with it. */
  readonly fault: string | undefined;
  readonly onSubmit: () => void;
}

/** The payload: an editor, or what stands in its place while that of another event is being read. */
export function PayloadField({ draft, fault, onSubmit }: PayloadFieldProps) {
  const { payload, like } = draft;
  return (
    <div className="flex min-w-0 flex-col gap-1">
      {payload === null && like !== null ? (
        <Repeated like={like} />
      ) : typeof payload === 'string' ? (
        <PayloadText text={payload} draft={draft} fault={fault} onSubmit={onSubmit} />
      ) : payload !== null ? (
        <Bytes payload={payload} contentType={draft.contentType} />
      ) : null}
    </div>
  );
}

/** Why a text is not the JSON that its content type promises; null if it is, or need not be. */
export function jsonFaultOf({ payload, contentType }: Pick<Draft, 'payload' | 'contentType'>): JsonFault | null {
  return typeof payload === 'string' && isJsonType(contentType) ? readJson(payload).fault : null;
}

function isJsonType(contentType: string): boolean {
  return /^(application|text)\/([\w.-]+\+)?json\b/i.test(contentType.trim());
}

interface PayloadTextProps extends PayloadFieldProps {
  readonly text: string;
}

function PayloadText({ text, draft, fault, onSubmit }: PayloadTextProps) {
  const { contentType } = draft;
  const deferred = useDeferredValue(text);
  const broken = useMemo(() => jsonFaultOf({ payload: deferred, contentType }), [deferred, contentType]);
  const bytes = useMemo(() => new TextEncoder().encode(deferred).length, [deferred]);
  const change = (payload: string): void => changeDraft({ payload });
  const isFaulty = broken !== null || fault !== undefined;
  return (
    <>
      <div className="flex min-h-7 items-center justify-between gap-3">
        <span className="font-medium">Payload</span>
        {isJsonType(contentType) && (
          <Button
            size="sm"
            variant="ghost"
            className="-mr-2.5"
            disabled={broken !== null}
            onClick={() => change(indented(text))}
          >
            Indent
          </Button>
        )}
      </div>
      <div
        className={cx(
          'overflow-hidden rounded-md border bg-card focus-within:outline-2 focus-within:outline-ring',
          isFaulty ? 'border-destructive' : 'border-input',
        )}
      >
        <Suspense
          fallback={
            <TextArea
              aria-label="Payload"
              value={text}
              onChange={({ target }) => change(target.value)}
              className="h-60 border-0 focus-visible:outline-none"
            />
          }
        >
          <PayloadEditor
            value={text}
            onChange={change}
            onSubmit={onSubmit}
            label="Payload"
            isJson={isJsonType(contentType)}
            faultAt={broken?.at ?? null}
          />
        </Suspense>
      </div>
      <p className="flex justify-between gap-3 text-xs text-muted-foreground">
        <Below broken={broken} text={deferred} fault={fault} />
        <span className="shrink-0">{bytesOf(bytes)}</span>
      </p>
    </>
  );
}

interface BelowProps {
  readonly broken: JsonFault | null;
  readonly text: string;
  readonly fault: string | undefined;
}

function Below({ broken, text, fault }: BelowProps) {
  if (broken !== null) {
    const { line, column } = placeOf(text, broken.at);
    return (
      <span role="alert" className="text-destructive">
        Line {line}, column {column}: the JSON {broken.reason}.
      </span>
    );
  }
  if (fault === undefined) return <span>Delivered byte for byte.</span>;
  return (
    <span role="alert" className="text-destructive">
      The payload {fault}
    </span>
  );
}

/** JSON with a line for each value. Numbers and strings stay as they were written. */
function indented(text: string): string {
  return writeJson(text, INDENTED) ?? text;
}

/** Reads the payload of another event into the draft. */
function Repeated({ like }: { readonly like: string }) {
  const { data: event, error: eventError, refetch: readEvent } = useQuery(eventQuery(like));
  const { data: bytes, error: bytesError, refetch: readBytes } = useQuery(payloadQuery(like));
  useEffect(() => {
    if (event === undefined || bytes === undefined) return;
    changeDraft({ payload: editableOf(bytes) ?? bytes, contentType: event.content_type });
  }, [event, bytes]);
  const error = eventError ?? bytesError;
  if (error === null) return <Skeleton lines={6} className="py-2" />;
  return (
    <div className="flex flex-col items-center rounded-md border border-border pb-6">
      <Failed
        error={error}
        onRetry={() => {
          void readEvent();
          void readBytes();
        }}
      />
      <Button variant="ghost" onClick={forgetLike}>
        Write another payload
      </Button>
    </div>
  );
}

/** The text of bytes that an editor keeps as they are. It makes a line feed of every other end of a line. */
function editableOf(bytes: ArrayBuffer): string | null {
  const text = textOf(bytes);
  return text?.includes('\r') === true ? null : text;
}

/** Bytes that an editor would change. */
function Bytes({ payload, contentType }: { readonly payload: ArrayBuffer; readonly contentType: string }) {
  return (
    <>
      <span className="font-medium">Payload</span>
      <div className="flex items-center justify-between gap-3 rounded-md border border-border px-3 py-2">
        <p>
          {bytesOf(payload.byteLength)} of {contentType}, as they were published
        </p>
        <Button size="sm" onClick={forgetLike}>
          Write another payload
        </Button>
      </div>
    </>
  );
}
