import { makeToken } from './make-token.js';
import { ApiClient, type PageAnswer } from './api-client.js';
import { fastSettings } from './fast-settings.js';
import { type ServiceProcess, startService } from './service-process.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

export interface AuditAnswer {
  readonly id: string;
  readonly action: string;
  readonly target: string;
  readonly changed: readonly string[];
  readonly tenant_id: string | null;
  readonly actor: string;
  readonly key_id: string | null;
  readonly session_id: string | null;
  readonly session_actor: string | null;
  readonly address: string | null;
  readonly request_id: string | null;
  readonly created_at: string;
}

/** A service with keys, on a database of its own, and its audit log. */
export class AuditedService {
  private readonly running: ServiceProcess[] = [];

  private constructor(
    readonly database: TestDatabase,
    private readonly settings: Readonly<Record<string, string>>,
    readonly bootstrapKey: string,
  ) {}

  static async start(): Promise<AuditedService> {
    const bootstrapKey = makeToken();
    const database = await createTestDatabase();
    const settings = fastSettings(database, { API_ACCESS: 'keys', BOOTSTRAP_API_KEY: bootstrapKey });
    const audited = new AuditedService(database, settings, bootstrapKey);
    await audited.startAnother('main');
    return audited;
  }

  async stop(): Promise<void> {
    await Promise.all(this.running.map((service) => service.stop()));
    await this.database.drop();
  }

  /** @returns an admin of all tenants who calls the new process */
  async startAnother(entry: 'main' | 'main.api', more: Readonly<Record<string, string>> = {}): Promise<ApiClient> {
    const service = await startService({ entry, settings: { ...this.settings, ...more } });
    this.running.push(service);
    return new ApiClient(service.url).as(this.bootstrapKey);
  }

  get url(): string {
    return this.running[0]!.url;
  }

  /** An admin of all tenants. */
  get admin(): ApiClient {
    return new ApiClient(this.url).as(this.bootstrapKey);
  }

  /** The id of the admin's key. */
  get bootstrapId(): string {
    return `key_${this.bootstrapKey.split('_')[1]!}`;
  }

  read(query = '', client = this.admin): Promise<PageAnswer<AuditAnswer>> {
    return client.expect<PageAnswer<AuditAnswer>>(200, 'GET', `/audit?limit=200${query}`);
  }

  async count(): Promise<number> {
    const [row] = await this.database.query<{ count: number }>('select count(*)::int as count from audit_log');
    return row!.count;
  }

  /** The entries written while something was done. */
  async writtenBy(act: () => Promise<unknown>): Promise<AuditAnswer[]> {
    const known = new Set((await this.read()).data.map(({ id }) => id));
    await act();
    return (await this.read()).data.filter(({ id }) => !known.has(id));
  }
}
