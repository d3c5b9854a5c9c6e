import { anAccepted, anAttempted } from '../../test/support/live-messages.js';
import type { StreamQuery } from './dto/stream-query.js';
import { filterFrom } from './message-filter.js';

describe('the filter of a view', () => {
  it.each<[StreamQuery, matches: boolean]>([
    [{}, true],
    [{ subscription_id: 'sub_01k6zv1yqpe7rtqq6zjy2k3m4n' }, true],
    [{ subscription_id: 'sub_01k6zv1yqpe7rtqq6zjy2k3m4p' }, false],
    [{ event_id: 'evt_01k6zv1yqpe7rtqq6zjy200000' }, true],
    [{ event_id: 'evt_01k6zv1yqpe7rtqq6zjy300000' }, false],
    [{ event_type: 'order.created' }, true],
    [{ event_type: 'order.*' }, true],
    [{ event_type: '*' }, true],
    [{ event_type: 'order' }, false],
    [{ event_type: 'order.created.*' }, false],
    [{ event_type: 'orders.*' }, false],
    [{ status: 'retrying' }, true],
    [{ status: 'failed,retrying' }, true],
    [{ status: 'failed,delivered' }, false],
    [{ status_code: '503' }, true],
    [{ status_code: '5xx' }, true],
    [{ status_code: '500' }, false],
    [{ status_code: '4xx' }, false],
    [{ error_code: 'bad_status' }, true],
    [{ error_code: 'timeout' }, false],
    [{ tag: 'order-1234' }, true],
    [{ tag: 'order-123' }, false],
    [{ target_host: 'hooks.example.com' }, true],
    [{ target_host: 'HOOKS.example.com' }, true],
    [{ target_host: 'example.com' }, false],
    [{ status: 'retrying', status_code: '5xx', tag: 'order-1234' }, true],
    [{ status: 'retrying', status_code: '5xx', tag: 'order-1' }, false],
  ])('%j, held against an attempt: %s', (query, matches) => {
    expect(filterFrom(query)(anAttempted())).toBe(matches);
  });

  it.each<StreamQuery>([
    { subscription_id: 'sub_01k6zv1yqpe7rtqq6zjy2k3m4n' },
    { status: 'pending' },
    { status_code: '2xx' },
    { error_code: 'timeout' },
    { target_host: 'hooks.example.com' },
  ])('%j leaves out messages that lack its field', (query) => {
    expect(filterFrom(query)(anAccepted('evt_01k6zv1yqpe7rtqq6zjy200000'))).toBe(false);
  });

  it('leaves out what another version of this service says without the field', () => {
    const { tags: _tags, target_host: _host, ...body } = anAttempted().body as unknown as Record<string, unknown>;
    const message = { kind: 'delivery.attempted', body } as unknown as ReturnType<typeof anAttempted>;

    expect(filterFrom({})(message)).toBe(true);
    expect(filterFrom({ tag: 'order-1234' })(message)).toBe(false);
    expect(filterFrom({ target_host: 'hooks.example.com' })(message)).toBe(false);
  });

  it('refuses an id of another kind', () => {
    expect(() => filterFrom({ subscription_id: 'evt_01k6zv1yqpe7rtqq6zjy200000' })).toThrow(
      'not the id of a subscription',
    );
    expect(() => filterFrom({ event_id: 'sub_01k6zv1yqpe7rtqq6zjy2k3m4n' })).toThrow('not the id of an event');
  });
});
