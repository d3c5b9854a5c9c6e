import type { QueryClient } from '@tanstack/react-query';
import { type Ability, access } from '../api/access';
import { readAgain } from '../api/query-client';
import { routesFor } from './portal-screens';
import { type PortalSession, scopeOf, type Terms } from './portal-session';
import { showTheme } from './portal-theme';
import { routes, startOver } from './routing/place';
import { remember } from './tab-memory';

/** What the session allows decides what is shown, each time that it begins or is renewed. */
export function followSession({ view }: Pick<PortalSession, 'view'>, queryClient: QueryClient): void {
  let shown: Terms | null = null;
  view.subscribe(() => {
    const { phase, terms } = view.get();
    if (phase !== 'open' || terms === null) return;
    if (shown !== null && scopeOf(shown) !== scopeOf(terms)) forget(shown, terms);
    shown = terms;
    const { subscription_ids, tenant_id, return_url, refresh_url, theme } = terms;
    const isLimited = subscription_ids !== null;
    const abilities = abilitiesOf(terms);
    access.set({ state: 'signed-in', role: null, tenantId: tenant_id, abilities, isLimited });
    routes.set(routesFor(abilities));
    showTheme(theme);
    remember({ tenant_id, return_url, refresh_url, left: null });
    readAgain(queryClient);
  });
}

/** The API refuses all replays to a session that is limited to some subscriptions: a replay may reach any. */
function abilitiesOf({ capabilities, subscription_ids }: Terms): readonly Ability[] {
  return subscription_ids === null ? capabilities : capabilities.filter((each) => each !== 'replays:write');
}

/** What was read, and the live view, belong to whoever had the session before. */
function forget(before: Terms, next: Terms): void {
  access.set({ state: 'signed-out', refusal: null });
  // Another customer has none of the things that the URL names.
  if (next.tenant_id !== before.tenant_id) startOver(next.tenant_id);
}
