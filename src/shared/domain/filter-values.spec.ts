import { readStatusCodes } from './status-codes.js';
import { listForm, readList } from './value-list.js';

describe('the value of a filter', () => {
  const STATUSES = ['retrying', 'failed'] as const;

  it('may be one of some values or several, whatever their order', () => {
    expect(readList('failed', STATUSES)).toEqual(['failed']);
    expect(readList('failed, retrying,failed', STATUSES)).toEqual(['failed', 'retrying']);
    for (const text of ['', 'failed,', 'success', 'failed;retrying']) expect(readList(text, STATUSES)).toBeNull();
  });

  it('has the form that the OpenAPI document names', () => {
    const form = new RegExp(listForm(STATUSES));

    for (const text of ['failed', 'retrying,failed']) expect(text).toMatch(form);
    for (const text of ['', 'failed,', 'unfailed', 'failed,sent']) expect(text).not.toMatch(form);
  });

  it('may be a status code or a class of them', () => {
    expect(readStatusCodes('503')).toEqual({ from: 503, to: 503 });
    expect(readStatusCodes('5xx')).toEqual({ from: 500, to: 599 });
    for (const text of ['', '5x', '50', '0xx', '5000', 'xxx', '5xx ']) expect(readStatusCodes(text)).toBeNull();
  });
});
