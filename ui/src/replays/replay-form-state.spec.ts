import { describe, expect, it } from 'vitest';
import { deliveryId } from '../testing/samples';
import { idsIn, inputOf, kindOf, refusalsOf, type ReplayForm, searchOfForm } from './replay-form-state';

describe('the form of a replay', () => {
  it.each<[ReplayForm, string]>([
    [{}, 'failed'],
    [{ status: 'failed' }, 'failed'],
    [{ status: 'failed,cancelled' }, 'status'],
    [{ status: 'delivered' }, 'status'],
    [{ delivery_ids: deliveryId(1) }, 'selected'],
    [{ kind: 'missing', status: 'delivered' }, 'missing'],
    [{ kind: 'unknown' }, 'failed'],
  ])('of %j is of the kind %s', (form, kind) => {
    expect(kindOf(form)).toBe(kind);
  });

  it('takes the filters of a list of deliveries over', () => {
    const form = {
      status: 'failed,cancelled',
      event_type: 'order.*',
      status_code: '5xx',
      since: '2026-01-31T12:00:00Z',
    };

    expect(inputOf(form)).toEqual({
      kind: 'status',
      statuses: ['failed', 'cancelled'],
      event_type: 'order.*',
      status_code: '5xx',
      since: '2026-01-31T12:00:00Z',
    });
  });

  it('sends only what its kind takes', () => {
    const form = { subscription_id: 'sub_1', status_code: '5xx', target_host: 'a.example', since: 'x', rate: '2.5' };

    expect(inputOf({ ...form, kind: 'missing' })).toEqual({
      kind: 'missing',
      subscription_id: 'sub_1',
      since: 'x',
      rate: 2.5,
    });
    expect(inputOf({ ...form, kind: 'selected', delivery_ids: `${deliveryId(1)}\n${deliveryId(2)}` })).toEqual({
      kind: 'selected',
      delivery_ids: [deliveryId(1), deliveryId(2)],
      rate: 2.5,
    });
  });

  it('finds ids in whatever was pasted, each once', () => {
    const log = `failed ${deliveryId(1)}, "${deliveryId(2)}" and ${deliveryId(1)}; dlv_short`;

    expect(idsIn(log)).toEqual([deliveryId(1), deliveryId(2)]);
  });

  it('leaves more ids than a URL can hold out of it', () => {
    const ids = (count: number): string => Array.from({ length: count }, (_, index) => deliveryId(index)).join('\n');

    expect(searchOfForm({ kind: 'selected', delivery_ids: ids(2), tag: '' })).toEqual({
      kind: 'selected',
      delivery_ids: `${deliveryId(0)},${deliveryId(1)}`,
    });
    expect(searchOfForm({ kind: 'selected', delivery_ids: ids(201) })).toEqual({ kind: 'selected' });
  });
});

describe('what a replay cannot take over', () => {
  it('is nothing where all filters fit', () => {
    expect(refusalsOf({ status: 'failed', tag: 'order-1', event_type: 'order.*' })).toEqual([]);
  });

  it('is never left out in silence', () => {
    const refusals = refusalsOf({ idempotency_key: 'k', replay_id: 'rpl_1', status: 'failed,retrying,in_flight' });

    expect(refusals.map(({ words }) => words)).toEqual([
      expect.stringContaining('idempotency key'),
      expect.stringContaining('another replay'),
      expect.stringContaining('not those that are retrying, in flight'),
    ]);
    expect(refusals.map(({ change }) => change)).toEqual([
      { idempotency_key: undefined },
      { replay_id: undefined },
      { status: 'failed' },
    ]);
  });

  it('leads to what failed if nothing of it is finished', () => {
    const form = { status: 'pending,retrying' };
    const [refusal] = refusalsOf(form);

    const next = { ...form, ...refusal?.change };

    expect([kindOf(next), refusalsOf(next)]).toEqual(['failed', []]);
  });
});
