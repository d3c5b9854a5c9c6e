import { QueryClient } from '@tanstack/react-query';
import { describe, expect, it } from 'vitest';
import { readAgain } from './query-client';

describe('reading everything again', () => {
  it.each([
    ['a delivery', { id: 'dlv_1' }, true],
    ['a list of one page, whose newest rows are read apart', { pages: [1], pageParams: [null] }, false],
    ['a list of some pages', { pages: [1, 2, 3], pageParams: [null, 'a', 'b'] }, true],
    ['a list of many pages', { pages: Array(9), pageParams: [] }, false],
  ])('decides about %s', (_, data, isInvalidated) => {
    const queryClient = new QueryClient();
    queryClient.setQueryData(['it'], data);

    readAgain(queryClient);

    expect(queryClient.getQueryState(['it'])?.isInvalidated).toBe(isInvalidated);
  });
});
