import type { EventAnswer } from '../api/generated';
import { counted, countOf } from '../lib/numbers';

type Counted = Pick<EventAnswer, 'outcomes' | 'delivery_count'>;

/** What became of an event: `12 delivered, 1 failed`. */
export function OutcomeWords({ event: { outcomes, delivery_count: count } }: { readonly event: Counted }) {
  if (count === 0) return <span className="text-muted-foreground">reached nobody</span>;
  if (outcomes === null) return <>{counted(count, 'delivery', 'deliveries')}</>;
  const { delivered, failed, cancelled, unfinished } = outcomes;
  const parts = [
    delivered > 0 && <span key="delivered">{countOf(delivered)} delivered</span>,
    failed > 0 && (
      <span key="failed" className="font-medium text-destructive">
        {countOf(failed)} failed
      </span>
    ),
    unfinished > 0 && (
      <span key="unfinished" className="text-warning">
        {countOf(unfinished)} under way
      </span>
    ),
    cancelled > 0 && (
      <span key="cancelled" className="text-muted-foreground">
        {countOf(cancelled)} cancelled
      </span>
    ),
  ].filter((part) => part !== false);
  return (
    <span className="truncate">
      {parts.map((part, index) => (
        <span key={part.key}>
          {index > 0 && ', '}
          {part}
        </span>
      ))}
    </span>
  );
}
