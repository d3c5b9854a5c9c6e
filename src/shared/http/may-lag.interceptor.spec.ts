import type { ExecutionContext } from '@nestjs/common';
import { firstValueFrom, of } from 'rxjs';
import type { Reads } from '../database/reads.js';
import { MayLagInterceptor } from './may-lag.interceptor.js';

describe('a route that may lag', () => {
  /** Headers of its answer, after readings that were complete up to these times. */
  const headersAfter = async (...timesMs: number[]): Promise<Record<string, string>> => {
    const headers: Record<string, string> = {};
    const reply = { header: (name: string, value: string) => (headers[name] = value) };
    const context = { switchToHttp: () => ({ getResponse: () => reply }) } as unknown as ExecutionContext;
    const reads: Pick<Reads, 'allowLag'> = {
      allowLag: (onOld, work) => {
        timesMs.forEach(onOld);
        return work();
      },
    };
    const interceptor = new MayLagInterceptor(reads as Reads);
    expect(await firstValueFrom(interceptor.intercept(context, { handle: () => of('answer') }))).toBe('answer');
    return headers;
  };

  it('tells the time of its oldest reading', async () => {
    expect(await headersAfter(2000, 1000.5, 3000)).toEqual({ 'x-data-as-of': '1970-01-01T00:00:01.000Z' });
  });

  it('tells no time if no reading was old', async () => {
    expect(await headersAfter()).toEqual({});
  });
});
