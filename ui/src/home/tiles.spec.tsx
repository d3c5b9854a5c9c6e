import { render, screen } from '@testing-library/preact';
import { describe, expect, it } from 'vitest';
import type { StatsAnswer } from '../api/generated';
import { Tiles } from './tiles';

const HOUR_MS = 3_600_000;
const NOW = Date.parse('2026-01-31T12:34:56.000Z');
const totals = { accepted: 1, delivered: 1, failed: 0, success_rate: 1, delivery_ms: null };

describe('the oldest due delivery', () => {
  it.each([
    ['long ago', '2026-01-21T10:00:00.000Z', '2026-01-21T10:50:00.000Z', '10 min'],
    ['in the step that is not over', '2026-01-31T12:00:00.000Z', '2026-01-31T12:30:00.000Z', '4 min'],
  ])('of a sample %s is as late as it was then', (_, at, due, shown) => {
    const point = { ...totals, at, waiting: 3, oldest_due_at: due };
    const stats = { totals, data: [{ group: null, totals, points: [point] }] } as unknown as StatsAnswer;
    const sinceMs = Date.parse(at);

    render(<Tiles stats={stats} steps={{ step: 'hour', stepMs: HOUR_MS, sinceMs, untilMs: null }} nowMs={NOW} />);

    expect(screen.getByText('Oldest due').parentElement?.textContent).toContain(shown);
  });
});
