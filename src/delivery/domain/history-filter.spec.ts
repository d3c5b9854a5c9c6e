import { possibleStatuses } from './history-filter.js';
import { readStatusCodes } from './status-codes.js';
import { readStatuses } from './status-list.js';

describe('the filters of the history', () => {
  it('read one status or several', () => {
    expect(readStatuses('failed')).toEqual(['failed']);
    expect(readStatuses('failed, retrying,failed')).toEqual(['failed', 'retrying']);
    for (const text of ['', 'failed,', 'success', 'failed;retrying']) expect(readStatuses(text)).toBeNull();
  });

  it('read a status code or a class of them', () => {
    expect(readStatusCodes('503')).toEqual({ from: 503, to: 503 });
    expect(readStatusCodes('5xx')).toEqual({ from: 500, to: 599 });
    for (const text of ['', '5x', '50', '0xx', '5000', 'xxx', '5xx ']) expect(readStatusCodes(text)).toBeNull();
  });

  it.each<[status: string | undefined, code: string | undefined, error: string | undefined, possible: string]>([
    [undefined, undefined, undefined, 'pending retrying in_flight delivered failed cancelled'],
    [undefined, '503', undefined, 'retrying in_flight failed'],
    [undefined, '2xx', undefined, 'retrying in_flight delivered'],
    [undefined, undefined, 'timeout', 'retrying in_flight failed cancelled'],
    ['failed', '2xx', undefined, ''],
    ['delivered', '404', undefined, ''],
    ['delivered', undefined, 'timeout', ''],
    ['pending', '503', undefined, ''],
    ['cancelled', '503', undefined, ''],
    ['cancelled,failed', '503', 'bad_status', 'failed'],
  ])('know which deliveries can have status %s, code %s and error %s', (status, code, error, possible) => {
    const statuses = status === undefined ? null : readStatuses(status);
    const statusCodes = code === undefined ? null : readStatusCodes(code);
    const filter = {
      ...(statuses && { statuses }),
      ...(statusCodes && { statusCodes }),
      ...(error !== undefined && { errorCode: error }),
    };
    expect([...possibleStatuses(filter)].sort()).toEqual(possible.split(' ').filter(Boolean).sort());
  });
});
