import { errorFields } from './error-fields.js';

describe('the logged fields of an error', () => {
  it('are its type, message and stack, its system fields, and its cause', () => {
    const cause = Object.assign(new Error('connect failed'), { code: 'ECONNREFUSED', syscall: 'connect', port: 5432 });

    expect(errorFields(new TypeError('no answer', { cause }))).toEqual({
      type: 'TypeError',
      message: 'no answer',
      stack: expect.stringContaining('TypeError: no answer') as string,
      cause: {
        type: 'Error',
        message: 'connect failed',
        stack: expect.any(String) as string,
        code: 'ECONNREFUSED',
        syscall: 'connect',
        port: 5432,
      },
    });
  });

  it.each([
    { parameters: ['hunter2'], query: 'select $1' },
    { detail: 'Failing row contains (hunter2).', where: 'hunter2' },
    { driverError: Object.assign(new Error('no'), { detail: 'hunter2' }) },
    { command: { name: 'auth', args: ['hunter2'] } },
    { code: { nested: 'hunter2' } },
  ])('contain no value of a statement, row or command: %j', (more) => {
    const error = Object.assign(new Error('refused'), more);

    expect(JSON.stringify(errorFields(new Error('outside', { cause: error })))).not.toContain('hunter2');
    expect(JSON.stringify(errorFields(new AggregateError([error])))).not.toContain('hunter2');
    expect(JSON.stringify(errorFields(more))).not.toContain('hunter2');
  });

  it('have limited depth if an error is its own cause', () => {
    const error = new Error('again');
    error.cause = error;

    expect(JSON.stringify(errorFields(error)).match(/"again"/g)).toHaveLength(6);
  });
});
