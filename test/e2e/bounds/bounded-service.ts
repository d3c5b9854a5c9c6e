import { LIMITS } from '../../../src/shared/limits.js';
import { ApiClient, type ApiResponse, type PageAnswer, type ProblemAnswer } from '../../support/api-client.js';
import { fastSettings } from '../../support/fast-settings.js';
import { type RawAnswer, sendRaw } from '../../support/raw-request.js';
import { type ServiceProcess, startService } from '../../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';
import type { LimitName } from './topics.js';

export type Fields = Readonly<Record<string, unknown>>;

/** Given the stored resource and the size sent: the stored value, and the value it must equal. */
export type Kept = (stored: Fields, size: number) => readonly [unknown, unknown];

/** How a limit is met. */
export interface Bound {
  /** Sends something of this size to the prepared resource. */
  readonly send: (size: number, prepared: string) => Promise<ApiResponse>;
  readonly prepare?: (size: number) => Promise<string>;
  /** The status at the limit. */
  readonly accepted: number;
  /** Checks the stored value at the limit. */
  readonly kept?: Kept;
  /** The status beyond the limit. */
  readonly refused: number;
  /** Where the problem locates the fault. */
  readonly pointer?: string;
  /** The size beyond the limit; one more than the limit unless given. */
  readonly beyond?: number;
}

export type FurtherBound = readonly [LimitName, field: string, Bound];

export const ACCEPTED = { accepted: 201, refused: 422 };
export const MAX_PAYLOAD_BYTES = 1024;
/** Headers of a request that is written by hand. */
export const HEAD = 'Host: localhost\r\nConnection: close\r\n';

export const fieldsOf = ({ body }: ApiResponse): Fields => body as Fields;

/** That many names, all with this value. */
export const words = (count: number, value: unknown): Fields =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`X-${n}`, value]));

export const keeps =
  (name: string, value: (size: number) => unknown): Kept =>
  (stored, size) => [stored[name], value(size)];

/** A service whose limits are tested, with a database of its own. */
export class BoundedService {
  private constructor(
    readonly database: TestDatabase,
    private readonly process: ServiceProcess,
    readonly api: ApiClient,
  ) {}

  static async start(): Promise<BoundedService> {
    const database = await createTestDatabase();
    const settings = fastSettings(database, {
      MAX_PAYLOAD_BYTES: String(MAX_PAYLOAD_BYTES),
      MAX_REPLAY_RATE: String(LIMITS.replayRate),
    });
    const service = await startService({ entry: 'main', settings });
    return new BoundedService(database, service, new ApiClient(service.url));
  }

  async stop(): Promise<void> {
    await this.process.stop();
    await this.database.drop();
  }

  get(path: string): Promise<ApiResponse> {
    return this.api.request('GET', path);
  }

  post(path: string, body: object): Promise<ApiResponse> {
    return this.api.request('POST', path, { body });
  }

  raw(bytes: string): Promise<RawAnswer> {
    return sendRaw(this.process.url, bytes);
  }

  subscribe(fields: Fields): Promise<ApiResponse> {
    const subscription = { target_url: 'https://1.1.1.1/', event_type: 'never', state: 'paused' };
    return this.post('/subscriptions', { ...subscription, ...fields });
  }

  /**
   * Changes whenever a request changes anything: the newest entry of the audit log, and the number of events.
   */
  async state(): Promise<unknown> {
    const audit = (await this.get('/audit?limit=1')).body as PageAnswer<{ readonly id: string }>;
    return { lastEntry: audit.data[0]?.id, events: await this.database.query('select count(*) from events') };
  }

  /** Requires that the limit is accepted and kept, and that more is refused with a reason and changes nothing. */
  async expectToHold(name: LimitName, bound: Bound): Promise<void> {
    const limit = LIMITS[name];
    const accepted = await bound.send(limit, (await bound.prepare?.(limit)) ?? '');
    expect([accepted.status, accepted.text]).toEqual([bound.accepted, expect.anything()]);
    if (bound.kept) {
      const [kept, sent] = bound.kept(await this.stored(accepted), limit);
      expect(kept).toEqual(sent);
    }

    const beyond = bound.beyond ?? limit + 1;
    const prepared = (await bound.prepare?.(beyond)) ?? '';
    const before = await this.state();
    const refused = await bound.send(beyond, prepared);
    const problem = refused.body as ProblemAnswer;
    expect(problem).toMatchObject({ status: bound.refused, detail: expect.stringContaining(String(limit)) as string });
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    expect(problem.errors?.map(({ pointer }) => pointer)).toEqual(bound.pointer && [bound.pointer]);
    expect(await this.state()).toEqual(before);
    this.expectNoFailure();
  }

  /** The service has warned of its open access, and has logged no other warning and no error. */
  expectNoFailure(): void {
    expect(this.process.logs.filter(({ level }) => level >= 40).map(({ msg }) => msg)).toEqual([
      expect.stringContaining('API_ACCESS is open'),
    ]);
  }

  /** The created resource, read again; a secret has a path of its own. */
  private async stored(answer: ApiResponse): Promise<Fields> {
    const location = answer.headers.get('location');
    if (location === null) return fieldsOf(answer);
    const secret = location.startsWith('/subscriptions/') ? fieldsOf(await this.get(`${location}/secret`)) : {};
    return { ...fieldsOf(await this.get(location)), ...secret };
  }
}
