import { readInput } from '../../shared/http/read-input.js';
import { toPublicId } from '../../shared/ids/public-id.js';
import { newUuid } from '../../shared/ids/uuid.js';
import { LIMITS } from '../../shared/limits.js';
import { PortalSessionInput } from './portal-sessions.js';
import { TenantPatch } from './tenants.js';

const VALID = { capabilities: ['deliveries:read'], return_url: 'https://app.example.com/settings' };
const aSubscriptionId = (): string => toPublicId('sub', newUuid(Date.now()));

/** The places of the faults, with what is wrong. */
const faultsOf = (input: object): string[] =>
  readInput({ ...VALID, ...input }, PortalSessionInput).faults.map(({ pointer, detail }) => `${pointer} ${detail}`);
const originFaults = (origins: unknown): string[] =>
  readInput({ frame_ancestors: origins }, TenantPatch).faults.map(({ pointer }) => pointer);

describe('the input of a portal session', () => {
  it('is valid with every field', () => {
    const theme = { mode: 'dark', primary: '#0F766E', primary_foreground: '#ffffff', background: '#000000', foreground: '#eeeeee', radius: 8 }; // prettier-ignore
    const more = { tenant_id: 'acme', subscription_ids: [aSubscriptionId()], expires_in: 60, actor: 'user-42', theme };
    expect(faultsOf({ ...more, refresh_url: 'http://localhost:3000/portal' })).toEqual([]);
    expect(faultsOf({ subscription_ids: null, refresh_url: null, actor: null })).toEqual([]);
  });

  it('names at least one capability, each once, and no others than there are', () => {
    expect(faultsOf({ capabilities: [] })).toEqual(['/capabilities must name at least one capability']);
    expect(faultsOf({ capabilities: ['deliveries:read', 'deliveries:read'] })).toEqual([
      '/capabilities/1 is in the list twice; remove it',
    ]);
    expect(faultsOf({ capabilities: ['deliveries:read', 'everything', 1] })).toEqual([
      expect.stringContaining('/capabilities/1 must be one of subscriptions:read, '),
      expect.stringContaining('/capabilities/2 must be one of'),
    ]);
    expect(faultsOf({ capabilities: 'deliveries:read' })).toEqual([expect.stringContaining('must be a list')]);
  });

  it('is limited to so many subscriptions, and to at least one', () => {
    const ids = Array.from({ length: LIMITS.portalSubscriptions + 1 }, aSubscriptionId);
    expect(faultsOf({ subscription_ids: ids.slice(1) })).toEqual([]);
    expect(faultsOf({ subscription_ids: ids })).toEqual([
      `/subscription_ids must be a list of at most ${LIMITS.portalSubscriptions} ids of subscriptions`,
    ]);
    expect(faultsOf({ subscription_ids: [] })).toEqual([expect.stringContaining('leave it out')]);
    expect(faultsOf({ subscription_ids: [ids[0], 'evt_1', ids[0]] })).toEqual([
      '/subscription_ids/1 must be the id of a subscription (sub_…)',
      '/subscription_ids/2 is in the list twice; remove it',
    ]);
  });

  it.each([
    'javascript:alert(1)',
    'data:text/html,x',
    '//app.example.com',
    '/settings',
    'http://app.example.com/',
    'https://user:password@app.example.com/',
    'https://app.example.com/\n',
    'https:\\\\app.example.com',
    `https://app.example.com/${'x'.repeat(LIMITS.urlLength)}`,
    '',
    1,
  ])('leads back to no page such as %j', (url) => {
    expect(faultsOf({ return_url: url })).toEqual([expect.stringMatching(/^\/return_url must be/)]);
    expect(faultsOf({ refresh_url: url })).toEqual([expect.stringMatching(/^\/refresh_url must be/)]);
  });

  it.each([
    { primary: 'red' },
    { primary: '#fff' },
    { primary: '#0f766e;}' },
    { radius: 33 },
    { mode: 'blue' },
    { x: 1 },
  ])('has no theme such as %j', (theme) => {
    expect(faultsOf({ theme })).toEqual([expect.stringMatching(/^\/theme\//)]);
  });
});

describe('the origins that may embed the portal', () => {
  it('are https origins, or origins of this machine', () => {
    expect(originFaults(['https://app.example.com', 'https://app.example.com:8443', 'http://localhost:3000'])).toEqual(
      [],
    );
    expect(originFaults(null)).toEqual([]);
    expect(originFaults([])).toEqual([]);
  });

  it.each([
    'https://app.example.com/',
    'https://app.example.com/path',
    'https://*.example.com',
    'https://APP.example.com',
    'http://app.example.com',
    "'self'",
    '*',
    "https://a.example; script-src 'unsafe-inline'",
    'https://a.example;script-src',
    'https://a.example,b.example',
    "https://'none'",
    'https://a.example https://b.example',
    'null',
    '',
    1,
  ])('are not %j', (origin) => {
    expect(originFaults([origin])).toEqual(['/frame_ancestors/0']);
  });
});
