import type { AttemptAnswer } from '../../../api/generated';
import { STATUS_WORDS } from '../../../lib/http-status';
import { durationOf, localTime } from '../../../lib/times';
import { errorWords } from '../../filters';

/** Something that both attempts have, or one of them. */
export interface Line {
  readonly name: string;
  /** Null if the first attempt has none. */
  readonly first: string | null;
  readonly second: string | null;
  /** Whether it is different. What is new in each attempt does not count. */
  readonly differs: boolean;
  /** Whether it is new in each attempt, so that a difference says nothing. */
  readonly isAlwaysNew: boolean;
}

export interface Part {
  readonly title: string;
  readonly lines: readonly Line[];
}

const ALWAYS_NEW = /^(webhook-timestamp|webhook-signature|x-webhook-attempt|traceparent|date)$/i;

/** Two attempts line by line: outcome, phases, headers sent and received. The bodies are compared elsewhere. */
export function differencesOf(first: AttemptAnswer, second: AttemptAnswer): Part[] {
  return [
    { title: 'Outcome', lines: outcomeLines(first, second) },
    { title: 'Time', lines: timeLines(first, second) },
    { title: 'Request headers', lines: headerLines(sentOf(first), sentOf(second)) },
    {
      title: 'Response headers',
      lines: headerLines(Object.entries(first.response_headers), Object.entries(second.response_headers)),
    },
  ];
}

function lineOf(name: string, first: string | null, second: string | null, isAlwaysNew = false): Line {
  return { name, first, second, isAlwaysNew, differs: !isAlwaysNew && first !== second };
}

function outcomeLines(first: AttemptAnswer, second: AttemptAnswer): Line[] {
  return [
    lineOf('Status', statusOf(first), statusOf(second)),
    lineOf('Error', errorOf(first), errorOf(second)),
    lineOf('Began', localTime(first.started_at), localTime(second.started_at), true),
  ];
}

function statusOf({ status_code: code }: AttemptAnswer): string | null {
  return code === null ? null : `${code} ${STATUS_WORDS[code] ?? ''}`.trim();
}

function errorOf({ error }: AttemptAnswer): string | null {
  if (error === null) return null;
  const words = errorWords(error.code);
  return error.message === null ? words : `${words}: ${error.message}`;
}

const PHASES = [
  ['dns_ms', 'DNS'],
  ['connect_ms', 'Connect'],
  ['tls_ms', 'TLS'],
  ['wait_ms', 'Wait for the response'],
  ['read_ms', 'Read it'],
] as const;

function timeLines(first: AttemptAnswer, second: AttemptAnswer): Line[] {
  const phases = PHASES.map(([name, word]) => timeLine(word, first.phases?.[name], second.phases?.[name]));
  return [timeLine('In all', first.duration_ms, second.duration_ms), ...phases];
}

/** No two times are equal, so those that are far apart are different. */
function timeLine(name: string, first: number | null = null, second: number | null = null): Line {
  const words = (ms: number | null): string | null => (ms === null ? null : durationOf(ms));
  const isFar = first === null || second === null ? first !== second : isFarApart(first, second);
  return { name, first: words(first), second: words(second), differs: isFar, isAlwaysNew: false };
}

const FAR_MS = 100;
const FAR_FACTOR = 2;

function isFarApart(first: number, second: number): boolean {
  const [less, more] = first < second ? [first, second] : [second, first];
  return more - less >= FAR_MS && more >= less * FAR_FACTOR;
}

type Header = readonly [name: string, value: string];

function sentOf({ request_headers: headers }: AttemptAnswer): Header[] {
  return (headers ?? []).map(({ name, value }) => [name, value] as const);
}

/** One line for each name, in the order of the first attempt; then those that only the second one has. */
function headerLines(first: readonly Header[], second: readonly Header[]): Line[] {
  const [before, after] = [valuesOf(first), valuesOf(second)];
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].map((name) =>
    lineOf(name, before.get(name) ?? null, after.get(name) ?? null, ALWAYS_NEW.test(name)),
  );
}

function valuesOf(headers: readonly Header[]): Map<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    const known = values.get(key);
    values.set(key, known === undefined ? value : `${known}\n${value}`);
  }
  return values;
}
