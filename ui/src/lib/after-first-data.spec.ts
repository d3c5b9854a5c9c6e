import { QueryClient } from '@tanstack/react-query';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadAfterFirstData } from './after-first-data';

describe('what the first screen does not need', () => {
  const load = vi.fn(() => Promise.resolve());
  let queries: QueryClient;
  let answer: (data: string) => void;

  beforeEach(() => {
    vi.useFakeTimers();
    queries = new QueryClient();
    const answered = new Promise<string>((resolve) => (answer = resolve));
    void queries.query({ queryKey: ['first'], queryFn: () => answered });
    loadAfterFirstData(queries, load);
  });
  afterEach(() => vi.useRealTimers());

  it('is loaded once that has its data', async () => {
    await vi.advanceTimersByTimeAsync(3000);
    expect(load).not.toHaveBeenCalled();

    answer('data');
    await vi.advanceTimersByTimeAsync(1000);

    expect(load).toHaveBeenCalledOnce();
  });

  it('is loaded in the end, although a request hangs', async () => {
    await vi.advanceTimersByTimeAsync(20_000);

    expect(load).toHaveBeenCalledOnce();
  });

  it('is loaded later if the service is away', async () => {
    load.mockRejectedValueOnce(new TypeError('Failed to fetch dynamically imported module'));

    answer('data');
    await vi.advanceTimersByTimeAsync(9000);
    expect(load).toHaveBeenCalledOnce();
    await vi.advanceTimersByTimeAsync(20_000);

    expect(load).toHaveBeenCalledTimes(2);
  });
});
