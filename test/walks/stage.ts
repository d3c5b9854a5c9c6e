import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import {
  accessibilityFaults,
  type Browser,
  type BrowserContext,
  launchChromium,
  overflowOf,
  type Page,
} from '../../ui/pictures/browser.js';
import { createKey, createTenant } from '../support/access.js';
import { ApiClient } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { fastSettings } from '../support/fast-settings.js';
import { makeToken } from '../support/make-token.js';
import { ScriptedReceiver } from '../support/scripted-receiver.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const DASHBOARD = fileURLToPath(new URL('../../ui/dist/index.html', import.meta.url));
/** For an element to appear, on a machine that is busy with other tests. */
const PATIENCE_MS = 60_000;
const LAYOUT_MS = 5_000;
/** What a page logs when a request fails. Walks look at what the page makes of it. */
const FAILED_REQUEST = 'Failed to load resource';

interface VisitOptions {
  /** What the browser may complain about, because the walk provokes it. */
  readonly tolerates?: RegExp;
  /** Origins beside that of the service that the page may ask. */
  readonly origins?: readonly string[];
  /** Of the window, in pixels. */
  readonly width?: number;
  readonly height?: number;
}

/** A tenant that one walk has to itself. */
interface WalkTenant {
  readonly id: string;
  /** An admin key of the tenant, to sign in with. Where no key is needed, the service ignores it. */
  readonly key: string;
  readonly api: ApiClient;
}

/**
 * What walks share, because each costs seconds: a service with its database, a receiver that does as it is told, and a
 * browser. A walk gets a tenant, paths at the receiver, and browser contexts of its own.
 */
export class Stage {
  private readonly contexts = new Set<BrowserContext>();
  private readonly ends: (() => Promise<void>)[] = [];
  private readonly faults: string[] = [];
  private tenants = 0;

  private constructor(
    private readonly parts: { readonly database: TestDatabase; readonly browser: Browser },
    private readonly start: { readonly entry: 'main' | 'local/local.main'; readonly settings: Record<string, string> },
    private service: ServiceProcess,
    readonly receiver: ScriptedReceiver,
    /** An admin of all tenants. */
    readonly api: ApiClient,
  ) {}

  /** @param access `open` is what `npm start` runs, with its echo receiver; `keys` is what runs elsewhere */
  static async set(access: 'open' | 'keys'): Promise<Stage> {
    if (!existsSync(DASHBOARD)) throw new Error('The dashboard is not built. Run: npm run ui:build');
    const key = makeToken();
    const database = await createTestDatabase();
    const receiver = await ScriptedReceiver.start();
    const given = access === 'open' ? {} : { API_ACCESS: 'keys', BOOTSTRAP_API_KEY: key };
    const settings = fastSettings(database, { ...given, PORT: String(await keptPort()) });
    const start = { entry: access === 'open' ? 'local/local.main' : 'main', settings } as const;
    const browser = await launchChromium({ prefers: 'shell' });
    const service = await startService(start);
    const api = new ApiClient(service.url);
    return new Stage({ database, browser }, start, service, receiver, access === 'open' ? api : api.as(key));
  }

  get url(): string {
    return this.service.url;
  }

  /** Makes a tenant without anything. */
  async tenant(name: string): Promise<WalkTenant> {
    const id = `${name}-${(this.tenants += 1)}`;
    await createTenant(this.api, id);
    const { key } = await createKey(this.api, { role: 'admin', tenant_id: id });
    const isOpen = this.start.entry === 'local/local.main';
    const own = isOpen ? new ApiClient(this.url, { headers: { 'x-tenant': id } }) : new ApiClient(this.url).as(key);
    return { id, key, api: own };
  }

  /** Opens a path, such as `/ui/deliveries`, in a browser without a past. */
  async visit(path: string, options: VisitOptions = {}): Promise<Page> {
    const { width = 1440, height = 900 } = options;
    const context = await this.parts.browser.newContext({
      viewport: { width, height },
      locale: 'en-GB',
      timezoneId: 'Europe/Berlin',
      reducedMotion: 'reduce',
    });
    this.contexts.add(context);
    context.setDefaultTimeout(PATIENCE_MS);
    this.watch(context, path, options);
    const page = await context.newPage();
    await page.goto(new URL(path, this.url).href);
    return page;
  }

  /** Opens a path and signs in. */
  async visitAs(key: string, path: string, options: VisitOptions = {}): Promise<Page> {
    const page = await this.visit(path, options);
    await signIn(page, key);
    return page;
  }

  /** Ends the service as a power cut would, and starts it at the same address after `meanwhile`. */
  async withoutService(meanwhile: () => Promise<void>): Promise<void> {
    await this.service.kill();
    try {
      await meanwhile();
    } finally {
      this.service = await startService(this.start);
    }
  }

  /** Has something end after all visits, because pages go on asking for it until they are closed. */
  endAfterVisits(end: () => Promise<void>): void {
    this.ends.push(end);
  }

  /** Ends all visits. @throws Error with everything that a browser complained about */
  async leave(): Promise<void> {
    for (const context of this.contexts) await context.close();
    this.contexts.clear();
    for (const end of this.ends.splice(0)) await end();
    const faults = this.faults.splice(0);
    if (faults.length > 0) throw new Error(`The browser complained:\n${faults.join('\n')}`);
  }

  async strike(): Promise<void> {
    await this.parts.browser.close();
    await this.service.stop();
    await this.receiver.close();
    await this.parts.database.drop();
  }

  /** Notes violations of the content security policy and other errors, and whatever is asked of third parties. */
  private watch(context: BrowserContext, path: string, { tolerates, origins = [] }: VisitOptions): void {
    const note = (fault: string): void => {
      if (!(tolerates?.test(fault) ?? false)) this.faults.push(`${path}: ${fault}`);
    };
    const known = [new URL(this.url).origin, ...origins];
    context.on('weberror', (error) => {
      note(error.error().message);
    });
    context.on('console', (line) => {
      if (line.type() === 'error' && !line.text().startsWith(FAILED_REQUEST)) note(line.text());
    });
    context.on('request', (request) => {
      const { origin, protocol } = new URL(request.url());
      if (/^https?:$/.test(protocol) && !known.includes(origin)) note(`It asked ${origin}.`);
    });
  }
}

/** Fills in the sign-in that a page shows, and waits until it is gone. */
export async function signIn(page: Page, key: string): Promise<void> {
  const { field, button } = signInForm(page);
  await field.fill(key);
  await button.click();
  await field.waitFor({ state: 'detached' });
}

/** Where a page asks for a key. */
export function signInForm(page: Page) {
  return { button: page.getByRole('button', { name: /^sign in/i }), field: page.getByPlaceholder(/^whk_/) };
}

/** @throws Error with what is wrong with a page: what axe finds, and content that is wider than the window */
export async function assertAccessible(page: Page): Promise<void> {
  // A page whose window or theme has changed needs a frame or two, and longer on a busy machine. A fault stays.
  const isFine = (faults: readonly string[]): boolean => faults.length === 0;
  const faults = await eventually(() => faultsOf(page), { timeoutMs: LAYOUT_MS, until: isFine }).catch(() =>
    faultsOf(page),
  );
  if (!isFine(faults)) throw new Error(`${page.url()}:\n${faults.join('\n')}`);
}

async function faultsOf(page: Page): Promise<string[]> {
  const overflow = await overflowOf(page);
  return [...(overflow > 0 ? [`It is ${overflow} px too wide.`] : []), ...(await accessibilityFaults(page))];
}

const [LOWEST_PORT, HIGHEST_PORT] = [20_000, 32_000];

/**
 * A free port on which a service can start again. Systems give ports of a higher range to outgoing connections, which
 * could take it meanwhile.
 */
async function keptPort(): Promise<number> {
  for (;;) {
    const port = LOWEST_PORT + Math.floor(Math.random() * (HIGHEST_PORT - LOWEST_PORT));
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => {
      resolve(false);
    });
    probe.listen(port, '127.0.0.1', () => {
      probe.close(() => {
        resolve(true);
      });
    });
  });
}
