import { readStatusCodes } from '../../shared/domain/status-codes.js';
import { readList } from '../../shared/domain/value-list.js';
import { DELIVERY_STATUSES } from './delivery-state.js';
import { possibleStatuses } from './history-filter.js';

describe('the filters of the history', () => {
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
    const statuses = status === undefined ? null : readList(status, DELIVERY_STATUSES);
    const statusCodes = code === undefined ? null : readStatusCodes(code);
    const filter = {
      ...(statuses && { statuses }),
      ...(statusCodes && { statusCodes }),
      ...(error !== undefined && { errorCode: error }),
    };
    expect([...possibleStatuses(filter)].sort()).toEqual(possible.split(' ').filter(Boolean).sort());
  });
});
