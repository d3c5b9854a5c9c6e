import { daysOf } from './system.mapping.js';

describe('the days of partitions', () => {
  it('are the newest first, each with the sizes of its tables', () => {
    const days = daysOf([
      { name: 'api_keys', parent: null, bytes: 7, rows: 1 },
      { name: 'events_20260130', parent: 'events', bytes: 10, rows: null },
      { name: 'events_20260131', parent: 'events', bytes: 20, rows: 5.4 },
      { name: 'attempts_20260131', parent: 'attempts', bytes: 30, rows: 0 },
    ]);

    expect(days).toEqual([
      {
        day: '2026-01-31',
        size_bytes: 50,
        tables: [
          { name: 'events', size_bytes: 20, estimated_rows: 5 },
          { name: 'attempts', size_bytes: 30, estimated_rows: 0 },
        ],
      },
      { day: '2026-01-30', size_bytes: 10, tables: [{ name: 'events', size_bytes: 10, estimated_rows: null }] },
    ]);
  });
});
