import type { AttemptAnswer } from '../../api/generated';
import { durationOf } from '../../lib/times';

type Phases = NonNullable<AttemptAnswer['phases']>;

const PHASES: readonly { readonly name: keyof Phases; readonly word: string; readonly colour: string }[] = [
  { name: 'dns_ms', word: 'DNS', colour: 'bg-chart-dns' },
  { name: 'connect_ms', word: 'connect', colour: 'bg-chart-connect' },
  { name: 'tls_ms', word: 'TLS', colour: 'bg-chart-tls' },
  { name: 'wait_ms', word: 'wait for the response', colour: 'bg-chart-wait' },
  { name: 'read_ms', word: 'read it', colour: 'bg-chart-read' },
];

interface PhaseBarProps {
  readonly phases: Phases | null;
  readonly durationMs: number;
  readonly longestMs: number;
}

interface Part {
  readonly word: string;
  readonly ms: number;
  readonly colour: string;
}

/** The phases that happened, and the rest of the time, which is spent within the service. */
function partsOf(phases: Phases | null, durationMs: number): Part[] {
  const known = PHASES.flatMap(({ name, word, colour }) => {
    const ms = phases?.[name] ?? null;
    return ms === null ? [] : [{ word, ms, colour }];
  });
  const rest = durationMs - known.reduce((sum, { ms }) => sum + ms, 0);
  return rest > 0
    ? [...known, { word: known.length === 0 ? 'not recorded' : 'other', ms: rest, colour: 'bg-input' }]
    : known;
}

/** Where the time of an attempt went. All bars of a delivery have one scale. */
export function PhaseBar({ phases, durationMs, longestMs }: PhaseBarProps) {
  const parts = partsOf(phases, durationMs);
  const words = parts.map(({ word, ms }) => `${word} ${durationOf(ms)}`);
  return (
    <span className="block h-1.5 overflow-hidden rounded-full bg-muted" data-hint={words.join('\n')}>
      <span className="flex h-full gap-px" style={{ width: `${Math.max(2, (durationMs / longestMs) * 100)}%` }}>
        {parts.map(({ word, ms, colour }) => (
          <span key={word} className={colour} style={{ flexGrow: Math.max(ms, durationMs / 100), flexBasis: 0 }} />
        ))}
      </span>
      <span className="sr-only">{words.join(', ')}</span>
    </span>
  );
}
